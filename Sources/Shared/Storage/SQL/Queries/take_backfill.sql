-- Locks the next backfill that goes on, or was cancelled and has not ended, unless another transaction holds it.
--
--   $1 after bigint: only those with larger ids
--
-- Returns it with the name of its workflow, and of its schedule or its trigger.
SELECT backfill_id, workflow.name AS workflow, schedule.name AS schedule, event_trigger.name AS trigger,
       backfill.version_id, most_active, requested_by, cancelled_at IS NOT NULL AS is_cancelled, backfill.error IS NOT NULL AS has_error
FROM chassis.backfill
LEFT JOIN chassis.schedule USING (schedule_id) LEFT JOIN chassis.event_trigger USING (trigger_id)
JOIN chassis.workflow ON workflow.workflow_id = coalesce(schedule.workflow_id, event_trigger.workflow_id)
WHERE ended_at IS NULL AND (backfill.paused_at IS NULL OR cancelled_at IS NOT NULL) AND backfill_id > $1::bigint
ORDER BY backfill_id
LIMIT 1
FOR UPDATE OF backfill SKIP LOCKED;
