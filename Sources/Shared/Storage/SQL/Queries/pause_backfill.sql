-- Pauses a backfill, or has it go on.
--
--   $1 backfill_id bigint, $2 is_paused boolean
--
-- Returns one row; none when there is no such backfill that has not ended and is not cancelled.
UPDATE chassis.backfill SET paused_at = CASE WHEN $2::boolean THEN coalesce(paused_at, now()) END
WHERE backfill_id = $1::bigint AND ended_at IS NULL AND cancelled_at IS NULL
RETURNING backfill_id;
