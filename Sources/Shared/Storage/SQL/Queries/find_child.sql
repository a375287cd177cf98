-- Finds the run that a job has started with a call, since it last began afresh.
--
--   $1 job_id bigint: the job, $2 run_id bigint: its run, $3 call bytea: what it asks for
--
-- A run that it started with another call is found as long as it lives, since a job has one at a time; one that was started before
-- calls were noted counts as started with this one.
--
-- Returns one row with the child and its final state, which is NULL while it lives; none when there is none.
SELECT run.run_id, ended_run.state
FROM chassis.run LEFT JOIN chassis.ended_run USING (run_id)
WHERE run.parent_run_id = $2::bigint AND run.parent_job_id = $1::bigint
  AND run.run_id > coalesce((SELECT last_run_id FROM chassis.fresh_start WHERE fresh_start.job_id = $1::bigint), 0)
  AND (run.call = $3::bytea OR run.call IS NULL OR ended_run.run_id IS NULL)
ORDER BY run.call IS NOT DISTINCT FROM $3::bytea DESC, ended_run.run_id IS NULL DESC, run.run_id DESC
LIMIT 1;
