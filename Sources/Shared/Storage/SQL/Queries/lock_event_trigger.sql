-- Locks a trigger that is deployed by its name.
--
--   $1 workflow text, $2 name text
--
-- Returns it; nothing when there is none.
SELECT trigger_id, workflow.name AS workflow, event_trigger.name, version_id, max_active
FROM chassis.event_trigger JOIN chassis.workflow USING (workflow_id)
WHERE workflow.name = $1::text AND event_trigger.name = $2::text AND removed_at IS NULL
FOR UPDATE OF event_trigger;
