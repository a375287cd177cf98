-- Looks whether a run is there, and whether its log is complete.
--
--   $1 run_id bigint
--   $2 job text: a name that one of its jobs should have, or NULL
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns one row, or none when there is no such run: whether a job has that name (true without a name), and whether
-- the run ended so long ago that every line of its log is written.
SELECT run.run_id,
       $2::text IS NULL
           OR EXISTS (SELECT FROM chassis.job WHERE job.run_id = run.run_id AND job.name = $2::text) AS has_job,
       coalesce(ended_run.ended_at <= coalesce($3::timestamptz, now()) - interval '2 seconds', false) AS is_quiet
FROM chassis.run LEFT JOIN chassis.ended_run USING (run_id)
WHERE run.run_id = $1::bigint;
