-- Forgets files and objects of a source that have not been there for long. Follow touch_arrivals of all that is there: where nobody
-- could look, nothing is known to be gone.
--
--   $1 source text: its name
--   $2 retention_us bigint: for how long, in microseconds
--   $3 limit integer: how many at most
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns path of each.
DELETE FROM chassis.arrival
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chassis.arrival
    WHERE source = $1::text
      AND seen_at < coalesce($4::timestamptz, now()) - greatest($2::bigint, 172800000000) * interval '1 microsecond'
    ORDER BY seen_at
    LIMIT $3::integer
    FOR UPDATE SKIP LOCKED))
RETURNING path;
