-- Pauses a locked trigger, or has it go on with all that came meanwhile.
--
--   $1 trigger_id bigint, $2 is_paused boolean
UPDATE chassis.event_trigger
SET paused_at = CASE WHEN $2::boolean THEN coalesce(paused_at, now()) END
WHERE trigger_id = $1::bigint;
