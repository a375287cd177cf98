-- Ends the pause of a run. Lock the door first, in the same transaction, and follow with release_held_jobs.
--
--   $1 run_id bigint
--
-- Returns one row when the run was paused.
UPDATE chassis.live_run SET paused_at = NULL
WHERE run_id = $1::bigint AND paused_at IS NOT NULL
RETURNING run_id;
