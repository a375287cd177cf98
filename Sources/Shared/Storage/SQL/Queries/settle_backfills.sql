-- Takes over how runs of backfills have ended that have not ended themselves, before those runs are past their retention: nobody else
-- does it for one that is paused, or cannot go on.
--
-- Waits for nobody: items that somebody else settles just now are left to them.
WITH ended AS MATERIALIZED (
    SELECT backfill_item.backfill_id, backfill_item.number, ended_run.state
    FROM chassis.backfill JOIN chassis.backfill_item USING (backfill_id) JOIN chassis.ended_run USING (run_id)
    WHERE backfill.ended_at IS NULL AND backfill_item.state = 'running'
    FOR UPDATE OF backfill_item SKIP LOCKED
)
UPDATE chassis.backfill_item
SET state = ended.state
FROM ended
WHERE backfill_item.backfill_id = ended.backfill_id AND backfill_item.number = ended.number;
