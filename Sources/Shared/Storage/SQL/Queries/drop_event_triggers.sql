-- Drops the triggers of a workflow that its deployed version does not have, with what they hold.
--
--   $1 workflow text, $2 names text[]: of those it has
--   $3 now timestamptz: NULL for the database's clock
WITH dropped AS (
    UPDATE chassis.event_trigger SET removed_at = coalesce(removed_at, $3::timestamptz, now())
    FROM chassis.workflow
    WHERE event_trigger.workflow_id = workflow.workflow_id AND workflow.name = $1::text
      AND event_trigger.name <> ALL ($2::text[])
    RETURNING trigger_id
), unheard AS (
    DELETE FROM chassis.event_trigger_name WHERE trigger_id IN (SELECT trigger_id FROM dropped)
)
DELETE FROM chassis.news WHERE trigger_id IN (SELECT trigger_id FROM dropped) AND state IN ('new', 'held');
