-- Finds the event that an idempotency key names.
--
--   $1 team text, $2 idempotency_key text
--
-- Returns one row, or none.
SELECT event_id, team, name, key, data::text AS data, source, run_id, (extract(epoch FROM at) * 1000000)::bigint AS at_us
FROM chassis.event
WHERE team = $1::text AND idempotency_key = $2::text;
