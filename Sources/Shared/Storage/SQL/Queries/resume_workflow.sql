-- Ends the pause of a workflow. Lock the door first, in the same transaction, and follow with release_held_jobs.
--
--   $1 name text
--
-- Returns one row when the workflow was paused.
UPDATE chassis.workflow SET runs_paused_at = NULL
WHERE name = $1::text AND runs_paused_at IS NOT NULL
RETURNING workflow_id;
