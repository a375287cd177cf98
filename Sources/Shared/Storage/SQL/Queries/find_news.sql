-- Of which names a locked trigger has events that count and that no run has taken; what is new has not been looked at.
--
--   $1 trigger_id bigint, $2 names text[]
--   $3 key text: only those with this key; NULL for any
--
-- Returns name of each.
SELECT name
FROM unnest($2::text[]) AS name
WHERE EXISTS (
    SELECT FROM chassis.news
    WHERE news.trigger_id = $1::bigint AND news.name = name.name AND state = 'held'
      AND ($3::text IS NULL OR key = $3::text));
