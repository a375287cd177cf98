-- Forgets what became of due times long ago. Schedules only move forward, so none is started again.
--
--   $1 retention_us bigint: how long ago, in microseconds, $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns one row for each.
DELETE FROM chassis.due_time
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.due_time
    WHERE at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
    ORDER BY at
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING schedule_id;
