-- The events that a run of a locked trigger takes, the first of each name that count; what is new has not been looked at.
--
--   $1 trigger_id bigint, $2 names text[]
--   $3 key text: only those with this key; NULL for any
--   $4 limit integer: how many of each name, at most
--
-- Returns a row for each, in the order of their numbers.
SELECT event_id, team, event.name, event.key, data::text AS data, source, event.run_id, depth,
       (extract(epoch FROM at) * 1000000)::bigint AS at_us, true AS is_heard
FROM unnest($2::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT news.event_id FROM chassis.news
    WHERE news.trigger_id = $1::bigint AND news.name = wanted.name AND state = 'held'
      AND ($3::text IS NULL OR news.key = $3::text)
    ORDER BY news.event_id
    LIMIT $4::integer) AS news
JOIN chassis.event USING (event_id)
ORDER BY event_id;
