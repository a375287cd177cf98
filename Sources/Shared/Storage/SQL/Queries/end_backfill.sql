-- Ends a locked backfill that has nothing left to start or to wait for.
--
--   $1 backfill_id bigint
UPDATE chassis.backfill SET ended_at = now()
WHERE backfill_id = $1::bigint
  AND NOT EXISTS (SELECT FROM chassis.backfill_item
                  WHERE backfill_id = $1::bigint AND state IN ('pending', 'running'));
