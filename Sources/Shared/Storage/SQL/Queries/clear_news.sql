-- Forgets what a locked trigger holds.
--
--   $1 trigger_id bigint
--
-- Returns event_id of each event.
DELETE FROM chassis.news WHERE trigger_id = $1::bigint AND state IN ('new', 'held') RETURNING event_id;
