-- Makes a run that was just submitted the child of a job, asked for by who asked for the parent.
--
--   $1 run_id bigint: the child
--   $2 parent_job_id bigint, $3 parent_run_id bigint, $4 call bytea: what the job asked for
--
-- Lock the parent's run first, in the transaction that submits the child. Returns nothing.
WITH child AS (
    UPDATE chassis.run
    SET parent_job_id = $2::bigint, parent_run_id = $3::bigint, call = $4::bytea, depth = parent.depth + 1, requested_by = parent.requested_by
    FROM chassis.run AS parent
    WHERE run.run_id = $1::bigint AND parent.run_id = $3::bigint
)
UPDATE chassis.live_run SET parent_job_id = $2::bigint WHERE run_id = $1::bigint;
