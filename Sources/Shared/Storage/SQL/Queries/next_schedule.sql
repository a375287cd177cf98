-- How long it is until a schedule is due, by the database's clock.
--
-- Returns wait_us, in microseconds, negative when one is overdue and NULL when none will be, and whether schedules wait
-- for the end of runs.
SELECT (extract(epoch FROM min(next_at) - clock_timestamp()) * 1000000)::bigint AS wait_us,
       EXISTS (SELECT FROM chassis.schedule WHERE blocked_by IS NOT NULL) AS is_blocked
FROM chassis.schedule
WHERE paused_at IS NULL AND removed_at IS NULL AND blocked_by IS NULL AND next_at IS NOT NULL;
