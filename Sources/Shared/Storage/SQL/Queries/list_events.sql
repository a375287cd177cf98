-- Lists events for people, newest first.
--
--   $1 name text: or NULL, $2 key text: or NULL, $3 before bigint: an event_id, or NULL
--   $4 limit integer: how many at most
--
-- Returns a row for each.
SELECT event_id, team, name, key, data::text AS data, source, run_id, (extract(epoch FROM at) * 1000000)::bigint AS at_us
FROM chassis.event
WHERE ($1::text IS NULL OR name = $1::text) AND ($2::text IS NULL OR key = $2::text)
  AND event_id < coalesce($3::bigint, 9223372036854775807)
ORDER BY event_id DESC
LIMIT $4::integer;
