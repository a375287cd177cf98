-- Has what a run could not take of a locked trigger's news looked at again.
--
--   $1 trigger_id bigint, $2 names text[]: those that a run takes
--   $3 key text: only those with this key; NULL for any
UPDATE chassis.news SET state = 'new'
WHERE (trigger_id, event_id) IN (
    SELECT trigger_id, min(event_id) FROM chassis.news
    WHERE trigger_id = $1::bigint AND name = ANY ($2::text[]) AND ($3::text IS NULL OR key = $3::text) AND state = 'held'
    GROUP BY trigger_id);
