-- Has a locked schedule wait for the end of a run, which is told of.
--
--   $1 schedule_id bigint, $2 run_id bigint
--   $3 due_us bigint: the due time that waits, in microseconds since 1970
--
-- Waits for whoever changes the run just now; should it have ended by that, the next look finds out.
WITH awaited AS (
    UPDATE chassis.live_run SET is_awaited = true WHERE run_id = $2::bigint AND NOT is_awaited
)
UPDATE chassis.schedule
SET blocked_by = $2::bigint, is_queued = true, next_due = 'epoch'::timestamptz + $3::bigint * interval '1 microsecond'
WHERE schedule_id = $1::bigint;
