-- Has a paused schedule go on; what was due in the meantime is left out. One that is not paused stays as it is.
--
--   $1 schedule_id bigint
--   $2 next_us bigint, $3 next_at_us bigint: microseconds since 1970, or NULL
UPDATE chassis.schedule
SET paused_at = NULL, is_queued = false, blocked_by = NULL,
    next_due = 'epoch'::timestamptz + $2::bigint * interval '1 microsecond',
    next_at = 'epoch'::timestamptz + $3::bigint * interval '1 microsecond'
WHERE schedule_id = $1::bigint AND paused_at IS NOT NULL;
