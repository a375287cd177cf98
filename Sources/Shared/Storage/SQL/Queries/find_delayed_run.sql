-- Finds out whether nothing of a run has begun yet, since its start is delayed or something keeps it back, and keeps it so
-- until the end of the transaction.
--
--   $1 run_id bigint: locked with lock_live_runs
--
-- Returns a row for each job that would begin; none when the run has begun. Waits for whoever moves one of them, and says then what
-- was before that: it counts when it says the same twice.
SELECT waiting.job_id
FROM chassis.waiting
JOIN chassis.job USING (job_id)
WHERE job.run_id = $1::bigint AND waiting.reason IN ('delayed', 'held') AND waiting.epoch = 0
  AND NOT EXISTS (
      SELECT FROM chassis.job AS other
      WHERE other.run_id = $1::bigint
        AND (EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = other.job_id)
             OR EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = other.job_id)
             OR EXISTS (SELECT FROM chassis.done WHERE done.job_id = other.job_id)))
ORDER BY waiting.job_id
FOR UPDATE OF waiting;
