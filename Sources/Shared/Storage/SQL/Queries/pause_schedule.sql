-- Pauses a schedule; one that is paused stays as it is.
--
--   $1 schedule_id bigint
UPDATE chassis.schedule SET paused_at = coalesce(paused_at, now()) WHERE schedule_id = $1::bigint;
