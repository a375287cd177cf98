-- Lists backfills, newest first, at most 100.
--
--   $1 backfill_id bigint: only this one, or NULL for all
--
-- Returns each with how many of its items are in which state, and why it cannot go on, or why one could start no run; times in
-- microseconds since 1970.
SELECT backfill_id, workflow.name AS workflow, schedule.name AS schedule, event_trigger.name AS trigger,
       newest_first, most_active,
       CASE WHEN ended_at IS NOT NULL AND cancelled_at IS NULL THEN 'done' WHEN cancelled_at IS NOT NULL THEN 'cancelled'
            WHEN backfill.paused_at IS NOT NULL THEN 'paused' ELSE 'active' END AS state,
       (extract(epoch FROM backfill.created_at) * 1000000)::bigint AS created_us,
       pending, running, succeeded, failed, cancelled, refused,
       coalesce(backfill.error, counts.error) AS error
FROM (SELECT * FROM chassis.backfill
      WHERE $1::bigint IS NULL OR backfill_id = $1::bigint ORDER BY backfill_id DESC LIMIT 100) AS backfill
LEFT JOIN chassis.schedule USING (schedule_id) LEFT JOIN chassis.event_trigger USING (trigger_id)
JOIN chassis.workflow ON workflow.workflow_id = coalesce(schedule.workflow_id, event_trigger.workflow_id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'running') AS running,
           count(*) FILTER (WHERE state = 'succeeded') AS succeeded, count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE state = 'cancelled') AS cancelled, count(*) FILTER (WHERE state = 'refused') AS refused,
           min(backfill_item.error) AS error
    FROM chassis.backfill_item WHERE backfill_item.backfill_id = backfill.backfill_id) AS counts
ORDER BY backfill_id DESC;
