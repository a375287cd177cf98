-- Locks the next backfill that goes on, unless another transaction holds it.
--
--   $1 after bigint: only those with larger ids
--
-- Returns it with the names of its schedule.
SELECT backfill_id, workflow.name AS workflow, schedule.name AS schedule, backfill.version_id, newest_first, most_active
FROM chassis.backfill JOIN chassis.schedule USING (schedule_id) JOIN chassis.workflow USING (workflow_id)
WHERE ended_at IS NULL AND backfill.paused_at IS NULL AND backfill_id > $1::bigint
ORDER BY backfill_id
LIMIT 1
FOR UPDATE OF backfill SKIP LOCKED;
