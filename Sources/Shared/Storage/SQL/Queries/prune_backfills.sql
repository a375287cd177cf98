-- Deletes backfills that ended long ago with their due times, the oldest first.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns backfill_id of each. Waits for nobody.
WITH pruned AS (
    DELETE FROM chassis.backfill
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.backfill
        WHERE ended_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
        ORDER BY backfill_id
        LIMIT $2::integer
        FOR UPDATE SKIP LOCKED))
    RETURNING backfill_id
), pruned_item AS (
    DELETE FROM chassis.backfill_item WHERE backfill_id = ANY (ARRAY(SELECT backfill_id FROM pruned))
)
SELECT backfill_id FROM pruned;
