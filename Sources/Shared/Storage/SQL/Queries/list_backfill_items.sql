-- Lists the items of a backfill, in the order in which they start.
--
--   $1 backfill_id bigint, $2 state text: only those in this state, or NULL for all
--   $3 after bigint: behind which number, $4 limit integer: how many at most
--
-- Returns each with its run or NULL, and why it could start none; times in microseconds since 1970.
SELECT number, (extract(epoch FROM due_at) * 1000000)::bigint AS due_us, partition, state, run_id, error
FROM chassis.backfill_item
WHERE backfill_id = $1::bigint AND ($2::text IS NULL OR state = $2::text) AND number > $3::bigint
ORDER BY number
LIMIT $4::integer;
