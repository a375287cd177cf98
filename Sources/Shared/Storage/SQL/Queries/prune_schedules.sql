-- Deletes schedules that were dropped long ago, once nothing is known of their due times and backfills any more.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns schedule_id of each. Waits for nobody.
DELETE FROM chassis.schedule
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.schedule
    WHERE removed_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
      AND NOT EXISTS (SELECT FROM chassis.due_time WHERE due_time.schedule_id = schedule.schedule_id)
      AND NOT EXISTS (SELECT FROM chassis.backfill WHERE backfill.schedule_id = schedule.schedule_id)
    ORDER BY schedule_id
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING schedule_id;
