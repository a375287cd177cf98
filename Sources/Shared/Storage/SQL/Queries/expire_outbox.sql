-- Takes messages out of the outbox that nobody could be told in time, the oldest first. Does not wait: one that somebody tells
-- just now is left for the next time.
--
--   $1 older_than_us bigint: how old they are, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns message_id of each.
DELETE FROM chassis.outbox
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.outbox
    WHERE created_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
    ORDER BY created_at
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING message_id;
