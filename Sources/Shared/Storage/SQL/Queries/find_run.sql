-- Looks whether a run is there, and whether it has ended.
--
--   $1 run_id bigint
--   $2 job text: a name that one of its jobs should have, or NULL
--
-- Returns one row, or none when there is no such run: whether a job has that name (true without a name), and whether
-- the run has ended.
SELECT run.run_id,
       $2::text IS NULL
           OR EXISTS (SELECT FROM chassis.job WHERE job.run_id = run.run_id AND job.name = $2::text) AS has_job,
       ended_run.run_id IS NOT NULL AS has_ended
FROM chassis.run LEFT JOIN chassis.ended_run USING (run_id)
WHERE run.run_id = $1::bigint;
