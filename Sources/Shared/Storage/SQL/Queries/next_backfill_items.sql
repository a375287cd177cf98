-- The items of a locked backfill that may start now.
--
--   $1 backfill_id bigint, $2 most_active integer
--
-- Returns each with its due time in seconds since 1970 or its partition, and the run to retry or NULL.
SELECT number, extract(epoch FROM due_at)::bigint AS due, partition, run_id
FROM chassis.backfill_item
WHERE backfill_id = $1::bigint AND state = 'pending'
ORDER BY number
LIMIT least(50, greatest(0, $2::integer - (
    SELECT count(*) FROM chassis.backfill_item WHERE backfill_id = $1::bigint AND state = 'running')));
