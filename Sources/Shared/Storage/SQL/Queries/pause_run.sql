-- Pauses an unfinished run. Lock the door first, in the same transaction, and follow with hold_runs.
--
--   $1 run_id bigint
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns one row when the run is paused now; none when it has ended or is not there.
UPDATE chassis.live_run
SET paused_at = coalesce(paused_at, $2::timestamptz, now())
WHERE run_id = $1::bigint
RETURNING run_id;
