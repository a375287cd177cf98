-- Finds out whether nothing of a run has begun yet, since its start is delayed, and keeps it so until the end of the
-- transaction.
--
--   $1 run_id bigint: locked with lock_live_runs
--
-- Returns a row for each job whose start is delayed; none when the run has begun.
SELECT waiting.job_id
FROM chassis.waiting
JOIN chassis.job USING (job_id)
WHERE job.run_id = $1::bigint AND waiting.reason = 'delayed' AND waiting.epoch = 0
FOR UPDATE OF waiting SKIP LOCKED;
