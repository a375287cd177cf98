-- Notes a run that was started by hand, whenever the schedule is due.
--
--   $1 schedule_id bigint, $2 run_id bigint
WITH noted AS (
    INSERT INTO chassis.due_time (schedule_id, due_at, outcome, run_id, at)
    VALUES ($1::bigint, clock_timestamp(), 'triggered', $2::bigint, now())
    ON CONFLICT DO NOTHING
)
UPDATE chassis.schedule SET last_run_id = $2::bigint, active_runs = active_runs || $2::bigint
WHERE schedule_id = $1::bigint;
