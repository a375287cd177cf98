-- Keeps an event.
--
--   $1 team text, $2 name text, $3 key text: or NULL, $4 data text: JSON, $5 source text
--   $6 idempotency_key text: or NULL
--   $7 run_id bigint: the run that tells of it, or NULL
--   $8 now timestamptz: NULL for the database's clock
--
-- Returns one row, or none when the idempotency key names an event already, which find_event_by_key finds.
INSERT INTO chassis.event (team, name, key, data, source, idempotency_key, run_id, depth, at)
VALUES ($1::text, $2::text, $3::text, $4::jsonb, $5::text, $6::text, $7::bigint,
        CASE WHEN $7::bigint IS NULL THEN 0 ELSE chassis.run_depth($7::bigint) END, coalesce($8::timestamptz, now()))
ON CONFLICT DO NOTHING
RETURNING event_id, team, name, key, data::text AS data, source, run_id,
          (extract(epoch FROM at) * 1000000)::bigint AS at_us;
