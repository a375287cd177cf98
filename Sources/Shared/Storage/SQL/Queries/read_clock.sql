-- Tells what time it is.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns one row: microseconds since 1970.
SELECT (extract(epoch FROM coalesce($1::timestamptz, now())) * 1000000)::bigint AS now_us;
