-- Notes that a connection asked to be left alone for a while: no worker calls it before.
--
--   $1 connection text
--   $2 for_us bigint: how long, in microseconds; an earlier wish that lasts longer stays
--   $3 now timestamptz: NULL for the database's clock
INSERT INTO chassis.connection_gate (connection, not_before)
VALUES ($1::text, coalesce($3::timestamptz, now()) + $2::bigint * interval '1 microsecond')
ON CONFLICT (connection) DO UPDATE
SET not_before = greatest(connection_gate.not_before, excluded.not_before);
