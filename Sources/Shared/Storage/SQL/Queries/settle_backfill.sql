-- Takes over how the runs of a locked backfill have ended.
--
--   $1 backfill_id bigint
UPDATE chassis.backfill_item
SET state = coalesce((SELECT ended_run.state FROM chassis.ended_run WHERE ended_run.run_id = backfill_item.run_id), 'cancelled')
WHERE backfill_id = $1::bigint AND state = 'running'
  AND NOT EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = backfill_item.run_id);
