-- Finds the run that a job has started, since it last began afresh.
--
--   $1 job_id bigint: the job, $2 run_id bigint: its run
--
-- Returns one row with the child and its final state, which is NULL while it lives; none when there is none.
SELECT run.run_id, ended_run.state
FROM chassis.run LEFT JOIN chassis.ended_run USING (run_id)
WHERE run.parent_run_id = $2::bigint AND run.parent_job_id = $1::bigint
  AND run.run_id > coalesce((SELECT last_run_id FROM chassis.fresh_start WHERE fresh_start.job_id = $1::bigint), 0);
