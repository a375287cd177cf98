-- Registers a worker process.
--
--   $1 worker text: its name, $2 host text, $3 pid integer, $4 version text
--   $5 queues text[], $6 slots integer
--   $7 lease_us bigint: how long the session lives without a renewal, in microseconds
--   $8 labels text[]: pairs such as gpu=a100
--   $9 now timestamptz: NULL for the database's clock
--
-- Returns the session's id.
INSERT INTO chassis.session
    (worker, host, pid, version, queues, slots, labels, started_at, renewed_at, lease_expires_at)
VALUES ($1::text, $2::text, $3::integer, $4::text, $5::text[], $6::integer, $8::text[],
        coalesce($9::timestamptz, now()), coalesce($9::timestamptz, now()),
        coalesce($9::timestamptz, now()) + $7::bigint * interval '1 microsecond')
RETURNING session_id;
