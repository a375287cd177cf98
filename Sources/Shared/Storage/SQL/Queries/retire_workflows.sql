-- Takes workflows out of the deployed ones, pinned or not, pauses their schedules and triggers, and has the triggers hear of nothing
-- more: what they hold stays, and is not deleted while they do.
--
--   $1 names text[]
--   $2 now timestamptz: NULL for the database's clock
WITH retired AS (
    UPDATE chassis.workflow SET deployed_version_id = NULL, pinned_at = NULL WHERE name = ANY ($1::text[]) RETURNING workflow_id
), deaf AS (
    DELETE FROM chassis.event_trigger_name USING chassis.event_trigger, retired
    WHERE event_trigger_name.trigger_id = event_trigger.trigger_id AND event_trigger.workflow_id = retired.workflow_id
), quiet AS (
    UPDATE chassis.event_trigger SET paused_at = coalesce($2::timestamptz, now())
    FROM retired
    WHERE event_trigger.workflow_id = retired.workflow_id AND paused_at IS NULL
)
UPDATE chassis.schedule SET paused_at = coalesce($2::timestamptz, now())
FROM retired
WHERE schedule.workflow_id = retired.workflow_id AND paused_at IS NULL;
