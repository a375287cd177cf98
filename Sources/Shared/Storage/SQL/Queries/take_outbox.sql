-- Takes messages that are due, and puts each off until it should be tried again: whoever is told says so with
-- forget_outbox, and a process that dies in between leaves them to be told again.
--
--   $1 limit integer: how many at most
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each. The pause doubles with each try, from 10 seconds to an hour.
UPDATE chassis.outbox
SET tries = least(tries + 1, 30000),
    next_at = coalesce($2::timestamptz, now()) + least(10 * 2 ^ least(tries, 12), 3600) * interval '1 second'
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.outbox
    WHERE next_at <= coalesce($2::timestamptz, now())
    ORDER BY next_at
    LIMIT $1::integer
    FOR UPDATE SKIP LOCKED))
RETURNING message_id, event, body::text AS body, tries,
          (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
          (extract(epoch FROM coalesce($2::timestamptz, now())) * 1000000)::bigint AS taken_us;
