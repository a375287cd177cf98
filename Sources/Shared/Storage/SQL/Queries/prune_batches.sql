-- Deletes batches that ended and were made long ago, the oldest first; those stay whose calls somebody may still ask for.
--
--   $1 retention_us bigint: how long ago, in microseconds; at least 32 days, since what a provider lists is compared with
--      the batches of a month (read_sent_batches)
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns batch_id of each. Waits for nobody.
DELETE FROM chassis.batch
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.batch
    WHERE state = 'ended' AND made_at < coalesce($3::timestamptz, now()) - greatest($1::bigint, 2764800000000) * interval '1 microsecond'
      AND NOT EXISTS (SELECT FROM chassis.batched_call WHERE batched_call.batch_id = batch.batch_id)
    ORDER BY batch_id
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING batch_id;
