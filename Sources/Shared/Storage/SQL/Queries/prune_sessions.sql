-- Deletes sessions that ended long ago and hold no lease.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns session_id of each. Sessions that another transaction holds are left to a later call.
DELETE FROM chassis.session
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.session
    WHERE ended_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
      AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.session_id = session.session_id)
    ORDER BY ended_at
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING session_id;
