-- Forgets events that do not count for a locked trigger.
--
--   $1 trigger_id bigint, $2 event_ids bigint[]
DELETE FROM chassis.news WHERE trigger_id = $1::bigint AND event_id = ANY ($2::bigint[]);
