-- Deletes triggers that go by events and were dropped long ago, once nothing is known of their backfills any more; what they
-- took goes with its events.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns trigger_id of each. Waits for nobody.
DELETE FROM chassis.event_trigger
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.event_trigger
    WHERE removed_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
      AND NOT EXISTS (SELECT FROM chassis.backfill WHERE backfill.trigger_id = event_trigger.trigger_id)
    ORDER BY trigger_id
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING trigger_id;
