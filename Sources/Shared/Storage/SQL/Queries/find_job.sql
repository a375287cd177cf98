-- Finds a job of a run by its name, for people; items of mapped jobs are not found.
--
--   $1 run_id bigint, $2 name text
--
-- Returns one row: its id, its version, and how it ended, which is NULL while it has not.
SELECT job.job_id, run.version_id, done.state
FROM chassis.job
JOIN chassis.run USING (run_id)
LEFT JOIN chassis.done ON done.job_id = job.job_id
WHERE job.run_id = $1::bigint AND job.name = $2::text AND job.parent_job_id IS NULL
ORDER BY job.job_id
LIMIT 1;
