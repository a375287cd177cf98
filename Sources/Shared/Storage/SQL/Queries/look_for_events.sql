-- Looks for events that a job may wait for, oldest first.
--
--   $1 run_id bigint: events since it was submitted count
--   $2 team text, $3 name text, $4 key text: or NULL for any
--   $5 after bigint: an event_id
--   $6 since_us bigint: how long before the run events count too, in microseconds
--   $7 limit integer: how many at most
--
-- Returns a row for each; is_settled when none with a lower number can appear any more, since it is a minute old.
SELECT event_id, team, name, key, data::text AS data, source, run_id, (extract(epoch FROM at) * 1000000)::bigint AS at_us,
       at < now() - interval '1 minute' AS is_settled
FROM chassis.event
WHERE team = $2::text AND name = $3::text AND ($4::text IS NULL OR key = $4::text) AND event_id > $5::bigint
  AND at >= (SELECT created_at FROM chassis.run WHERE run_id = $1::bigint) - $6::bigint * interval '1 microsecond'
ORDER BY event_id
LIMIT $7::integer;
