-- Of which partitions a trigger has started a run, or is about to start one by a backfill.
--
--   $1 trigger_id bigint, $2 partitions text[]: to look for
--
-- Returns each. What a backfill has refused, or was cancelled in it, counts as not started.
SELECT key AS partition
FROM chassis.news
WHERE trigger_id = $1::bigint AND state = 'started' AND key = ANY ($2::text[])
UNION
SELECT partition
FROM chassis.backfill JOIN chassis.backfill_item USING (backfill_id)
WHERE trigger_id = $1::bigint AND partition = ANY ($2::text[])
  AND state IN ('pending', 'running', 'succeeded', 'failed');
