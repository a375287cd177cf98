-- Lists the triggers of deployed workflows that go by events, by name.
--
--   $1 event text: only those that hear of the event, or NULL for all
--
-- Returns all that is known of each; times in microseconds since 1970. pending counts up to 1000.
SELECT workflow.name AS workflow, event_trigger.name, number AS version, event_trigger.team, summary, gather, max_active,
       (SELECT count(*) FROM chassis.live_run WHERE live_run.run_id = ANY (active_runs)) AS active,
       (SELECT count(*) FROM (
           SELECT FROM chassis.news WHERE news.trigger_id = event_trigger.trigger_id AND state IN ('new', 'held')
           LIMIT 1000) AS held) AS pending,
       (SELECT count(*) FROM (
           SELECT FROM chassis.news WHERE news.trigger_id = event_trigger.trigger_id AND state = 'refused'
           LIMIT 1000) AS refused) AS refused,
       last_run_id, (extract(epoch FROM last_at) * 1000000)::bigint AS last_us,
       (extract(epoch FROM paused_at) * 1000000)::bigint AS paused_us, error
FROM chassis.event_trigger JOIN chassis.workflow USING (workflow_id)
JOIN chassis.workflow_version USING (version_id)
WHERE removed_at IS NULL
  AND ($1::text IS NULL OR EXISTS (SELECT FROM chassis.event_trigger_name AS heard
                                   WHERE heard.trigger_id = event_trigger.trigger_id AND heard.name = $1::text))
ORDER BY workflow.name, event_trigger.name;
