-- Pauses a workflow: its runs, and those that start later. Lock the door first, in the same transaction, and follow with
-- hold_runs.
--
--   $1 name text
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns one row when the workflow is paused now; none when there is none of the name.
UPDATE chassis.workflow
SET runs_paused_at = coalesce(runs_paused_at, $2::timestamptz, now())
WHERE name = $1::text
RETURNING workflow_id;
