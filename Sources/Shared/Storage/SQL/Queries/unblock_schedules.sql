-- Has schedules looked at again whose run has ended. Rows that somebody else holds are left to them.
--
-- Returns one row for each.
UPDATE chassis.schedule
SET blocked_by = NULL, next_at = clock_timestamp()
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.schedule
    WHERE blocked_by IS NOT NULL
      AND NOT EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = schedule.blocked_by)
    FOR UPDATE SKIP LOCKED))
RETURNING schedule_id;
