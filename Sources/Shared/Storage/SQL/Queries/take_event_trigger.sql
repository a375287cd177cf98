-- Locks the trigger with new events that was dealt with longest ago, unless another transaction holds it.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns one row; nothing when there are no new events but those of triggers that are paused, put off, or have as many
-- runs under way as they may. Goes from trigger to trigger in the index of what is new, whatever the number of events.
WITH RECURSIVE wanted AS (
    (SELECT trigger_id FROM chassis.news WHERE state = 'new' ORDER BY trigger_id LIMIT 1)
    UNION ALL
    SELECT (SELECT news.trigger_id FROM chassis.news
            WHERE news.state = 'new' AND news.trigger_id > wanted.trigger_id ORDER BY news.trigger_id LIMIT 1)
    FROM wanted
    WHERE wanted.trigger_id IS NOT NULL
)
SELECT trigger_id, workflow.name AS workflow, event_trigger.name, version_id, max_active
FROM chassis.event_trigger JOIN chassis.workflow USING (workflow_id)
WHERE trigger_id IN (SELECT wanted.trigger_id FROM wanted WHERE wanted.trigger_id IS NOT NULL)
  AND paused_at IS NULL AND removed_at IS NULL
  AND (retry_at IS NULL OR retry_at <= coalesce($1::timestamptz, now()))
  AND (max_active IS NULL
       OR max_active > (SELECT count(*) FROM chassis.live_run WHERE live_run.run_id = ANY (active_runs)))
ORDER BY looked_at NULLS FIRST
LIMIT 1
FOR UPDATE OF event_trigger SKIP LOCKED;
