-- Deletes triggers that go by events and were dropped long ago, once nothing is known of their backfills any more; what they
-- took goes with its events, and what a dispatch brought to them late goes with them.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns trigger_id of each. Waits for nobody.
WITH pruned AS (
    DELETE FROM chassis.event_trigger
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.event_trigger
        WHERE removed_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
          AND NOT EXISTS (SELECT FROM chassis.backfill WHERE backfill.trigger_id = event_trigger.trigger_id)
        ORDER BY trigger_id
        LIMIT $2::integer
        FOR UPDATE SKIP LOCKED))
    RETURNING trigger_id
), unheard AS (
    DELETE FROM chassis.news WHERE trigger_id IN (SELECT trigger_id FROM pruned) AND state IN ('new', 'held')
)
SELECT trigger_id FROM pruned;
