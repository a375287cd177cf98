-- Finds the job of a run that failed first.
--
--   $1 run_id bigint
--
-- Returns one row: its name, the code and the message of its failure, and the run that it started, if any; none when no job
-- has failed.
SELECT job.name, error->>'code' AS code, error->>'message' AS message,
       (SELECT max(child.run_id) FROM chassis.run AS child
        WHERE child.parent_run_id = $1::bigint AND child.parent_job_id = job.job_id) AS child_run_id
FROM chassis.job JOIN chassis.done USING (job_id)
WHERE job.run_id = $1::bigint AND done.state = 'failed'
ORDER BY done.ended_at, job.job_id
LIMIT 1;
