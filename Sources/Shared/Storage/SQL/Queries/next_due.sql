-- How long until the next delayed job is due.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns one row: microseconds, at least 0, or NULL when none is delayed.
SELECT greatest(0, extract(epoch FROM min(due_at) - coalesce($1::timestamptz, now())) * 1000000)::bigint AS wait_us
FROM chassis.waiting
WHERE reason = 'delayed';
