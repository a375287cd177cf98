-- Has the events of a locked trigger looked at again that could start no run.
--
--   $1 trigger_id bigint
--
-- Returns event_id of each.
WITH again AS (
    UPDATE chassis.news SET state = 'new', error = NULL
    WHERE trigger_id = $1::bigint AND state = 'refused'
    RETURNING event_id
), cleared AS (
    UPDATE chassis.event_trigger SET error = NULL, retry_at = NULL WHERE trigger_id = $1::bigint
)
SELECT event_id FROM again;
