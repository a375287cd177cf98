-- Takes the leave that a run which has ended badly has to go on; it has it once each time that the job above it is asked to go on.
--
--   $1 run_id bigint: the run, $2 parent_job_id bigint: the job that has started it
--
-- Returns one row when it had leave. Locks the run until the end of the transaction.
UPDATE chassis.run SET may_go_on = false
WHERE run_id = $1::bigint AND parent_job_id = $2::bigint AND may_go_on
RETURNING run_id;
