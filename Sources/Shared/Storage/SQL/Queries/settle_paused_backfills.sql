-- Takes over how the runs of paused backfills have ended, which nobody else does while they are paused: before those runs are
-- past their retention.
UPDATE chassis.backfill_item
SET state = ended_run.state
FROM chassis.backfill, chassis.ended_run
WHERE backfill.paused_at IS NOT NULL AND backfill.ended_at IS NULL AND backfill_item.backfill_id = backfill.backfill_id
  AND backfill_item.state = 'running' AND ended_run.run_id = backfill_item.run_id;
