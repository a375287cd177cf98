-- The new events of a locked trigger, in the order of their numbers.
--
--   $1 trigger_id bigint
--   $2 with_data boolean: whether their data are read too
--   $3 limit integer: how many at most
--   $4 after bigint: only those with higher numbers
--
-- Returns a row for each; is_heard is false where the trigger came to hear no longer of its name while it was dispatched.
SELECT event_id, team, event.name, event.key, CASE WHEN $2::boolean THEN data::text ELSE 'null' END AS data, source,
       event.run_id, depth, (extract(epoch FROM at) * 1000000)::bigint AS at_us,
       EXISTS (SELECT FROM chassis.event_trigger_name AS heard
               WHERE heard.trigger_id = $1::bigint AND heard.team = event.team AND heard.name = event.name) AS is_heard
FROM (SELECT event_id FROM chassis.news
      WHERE trigger_id = $1::bigint AND state = 'new' AND event_id > $4::bigint
      ORDER BY event_id LIMIT $3::integer) AS news
JOIN chassis.event USING (event_id)
ORDER BY event_id;
