-- Gives jobs of a run that workers hold another priority, for when they come back.
--
--   $1 run_id bigint, $2 name text: of one job and its items, or NULL for all
--   $3 priority smallint
--
-- Returns a row for each. Locks the leases: follow with lock_live_runs and the two others in the same transaction.
UPDATE chassis.lease
SET priority = $3::smallint
WHERE job_id = ANY (ARRAY (SELECT job.job_id FROM chassis.job
                           WHERE job.run_id = $1::bigint AND ($2::text IS NULL OR job.name = $2::text)))
RETURNING job_id;
