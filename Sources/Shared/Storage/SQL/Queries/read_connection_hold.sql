-- Reads how long a connection is still to be left alone.
--
--   $1 connection text
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns one row with wait_us, in microseconds, or none when nobody ever asked.
SELECT greatest(0, extract(epoch FROM not_before - coalesce($2::timestamptz, now())) * 1000000)::bigint AS wait_us
FROM chassis.connection_gate
WHERE connection = $1::text AND not_before IS NOT NULL;
