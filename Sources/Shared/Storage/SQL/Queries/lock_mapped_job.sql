-- Locks a mapped job's lease, if the caller still holds it, and then its run.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--
-- A statement of its own, so that the next one sees what was done by whoever had them. Returns nothing that matters.
WITH held AS MATERIALIZED (
    SELECT run_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR UPDATE
)
SELECT run_id FROM chassis.live_run WHERE run_id = (SELECT run_id FROM held) FOR UPDATE;
