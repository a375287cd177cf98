-- Lists those of some runs that have a job which is pending, or may become pending without passing the door. Locks nothing: hold_runs
-- looks again behind the door.
--
--   $1 run_ids bigint[]
--
-- Returns run_id of each.
SELECT run_id FROM unnest($1::bigint[]) AS given (run_id)
WHERE EXISTS (SELECT FROM chassis.job JOIN chassis.ready USING (job_id) WHERE job.run_id = given.run_id)
   OR EXISTS (SELECT FROM chassis.job JOIN chassis.waiting USING (job_id) WHERE job.run_id = given.run_id AND NOT is_gated)
   OR EXISTS (SELECT FROM chassis.job JOIN chassis.lease USING (job_id) WHERE job.run_id = given.run_id AND NOT is_gated);
