-- Reads where the bytes of a job of a run lie.
--
--   $1 run_id bigint, $2 name text
--
-- Returns one row when a job of that name succeeded: its id, and the epoch of the attempt that ended it.
SELECT job.job_id, done.epoch
FROM chassis.job JOIN chassis.done USING (job_id)
WHERE job.run_id = $1::bigint AND job.name = $2::text AND job.parent_job_id IS NULL AND done.state = 'succeeded'
ORDER BY job.job_id
LIMIT 1;
