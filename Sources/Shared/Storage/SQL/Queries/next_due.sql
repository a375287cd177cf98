-- How long until the next delayed or suspended job is due.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns one row: microseconds, at least 0, or NULL when none is due at any time.
SELECT CASE WHEN min(due_at) IS NOT NULL
            THEN greatest(0, extract(epoch FROM min(due_at) - coalesce($1::timestamptz, now())) * 1000000)::bigint
       END AS wait_us
FROM chassis.waiting
WHERE due_at IS NOT NULL;
