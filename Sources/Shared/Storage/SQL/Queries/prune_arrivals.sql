-- Forgets files and objects that have not been there for long.
--
--   $1 retention_us bigint: for how long, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns path of each.
DELETE FROM chassis.arrival
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.arrival
    WHERE seen_at < coalesce($3::timestamptz, now()) - greatest($1::bigint, 172800000000) * interval '1 microsecond'
    ORDER BY seen_at
    LIMIT $2::integer
    FOR UPDATE SKIP LOCKED))
RETURNING path;
