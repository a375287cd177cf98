-- Has a locked trigger looked at again that a run could not take everything from.
--
--   $1 trigger_id bigint
UPDATE chassis.news SET state = 'new'
WHERE (trigger_id, event_id) IN (
    SELECT trigger_id, min(event_id) FROM chassis.news
    WHERE trigger_id = $1::bigint AND state = 'held' GROUP BY trigger_id);
