-- Deletes events that came long ago, the oldest first, with what triggers made of them; those that a trigger still holds
-- stay.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns event_id of each event deleted. Waits for nobody.
DELETE FROM chassis.event
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.event
    WHERE at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond' AND is_dispatched
      AND NOT EXISTS (SELECT FROM chassis.news WHERE news.event_id = event.event_id AND state IN ('new', 'held'))
    ORDER BY at
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING event_id;
