-- Moves a locked schedule on to its next due time.
--
--   $1 schedule_id bigint
--   $2 next_us bigint: the next due time in microseconds since 1970, or NULL for none
--   $3 next_at_us bigint: when to look at it, or NULL
--   $4 due_us bigint: the due time that was dealt with, or NULL
--   $5 run_id bigint: the run that was started for it, or NULL
--   $6 active bigint[]: the runs before it that have not ended
--   $7 is_queued boolean: whether the next due time waits already for the end of runs
WITH noted AS (
    UPDATE chassis.due_time SET run_id = $5::bigint
    WHERE $5::bigint IS NOT NULL AND schedule_id = $1::bigint
      AND due_at = 'epoch'::timestamptz + $4::bigint * interval '1 microsecond'
)
UPDATE chassis.schedule
SET next_due = 'epoch'::timestamptz + $2::bigint * interval '1 microsecond',
    next_at = 'epoch'::timestamptz + $3::bigint * interval '1 microsecond',
    last_due = coalesce('epoch'::timestamptz + $4::bigint * interval '1 microsecond', last_due),
    last_run_id = coalesce($5::bigint, last_run_id),
    active_runs = CASE WHEN $5::bigint IS NULL THEN $6::bigint[]
                       ELSE $6::bigint[] || $5::bigint END,
    is_queued = $7::boolean,
    error = NULL
WHERE schedule_id = $1::bigint;
