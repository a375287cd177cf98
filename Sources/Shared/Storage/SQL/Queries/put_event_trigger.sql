-- Adds a trigger that goes by events, or gives it a new version. What it holds of events that it still hears of stays; one
-- that had been dropped begins anew.
--
--   $1 workflow text, $2 name text, $3 version_id bigint, $4 team text, $5 summary text, $6 gather text
--   $7 max_active integer: or NULL
--   $8 names text[]: of the events it hears of
--   $9 now timestamptz: NULL for the database's clock
WITH dropped AS (
    SELECT trigger_id FROM chassis.event_trigger JOIN chassis.workflow USING (workflow_id)
    WHERE workflow.name = $1::text AND event_trigger.name = $2::text AND removed_at IS NOT NULL
), put AS (
    INSERT INTO chassis.event_trigger
        (workflow_id, name, version_id, team, summary, gather, max_active, created_at)
    SELECT workflow_id, $2::text, $3::bigint, $4::text, $5::text, $6::text, $7::integer,
           coalesce($9::timestamptz, now())
    FROM chassis.workflow WHERE workflow.name = $1::text
    ON CONFLICT (workflow_id, name) DO UPDATE
    SET version_id = excluded.version_id, team = excluded.team, summary = excluded.summary, gather = excluded.gather,
        max_active = excluded.max_active, error = NULL, retry_at = NULL, removed_at = NULL
    RETURNING trigger_id
), unheard AS (
    DELETE FROM chassis.event_trigger_name USING put
    WHERE event_trigger_name.trigger_id = put.trigger_id
      AND (event_trigger_name.team <> $4::text OR event_trigger_name.name <> ALL ($8::text[]))
), heard AS (
    INSERT INTO chassis.event_trigger_name (team, name, trigger_id)
    SELECT DISTINCT $4::text, name, trigger_id FROM put, unnest($8::text[]) AS name
    ON CONFLICT DO NOTHING
), forgotten AS (
    DELETE FROM chassis.news USING put, chassis.event
    WHERE news.trigger_id = put.trigger_id AND news.state IN ('new', 'held') AND event.event_id = news.event_id
      AND (news.name <> ALL ($8::text[]) OR event.team <> $4::text
           -- Brought to it by a dispatch that did not see it go.
           OR news.trigger_id IN (SELECT trigger_id FROM dropped))
)
-- What is held may be enough by the new condition.
UPDATE chassis.news SET state = 'new'
FROM put
WHERE news.trigger_id = put.trigger_id AND news.state = 'held' AND news.name = ANY ($8::text[])
  AND news.trigger_id NOT IN (SELECT trigger_id FROM dropped);
