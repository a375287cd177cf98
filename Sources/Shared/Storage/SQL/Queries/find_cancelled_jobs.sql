-- Finds the jobs that a session holds and whose runs were cancelled; not those that always run.
--
--   $1 session_id bigint
--
-- Returns a row for each job. Waits for nobody.
SELECT lease.job_id
FROM chassis.live_run
JOIN chassis.job ON job.run_id = live_run.run_id
JOIN chassis.lease ON lease.job_id = job.job_id
WHERE live_run.cancelled_at IS NOT NULL AND lease.session_id = $1::bigint AND job.rule IS DISTINCT FROM 'always';
