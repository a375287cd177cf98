-- The runs of a locked trigger that have not ended. A statement of its own, so that it sees what was started before the
-- lock was had.
--
--   $1 trigger_id bigint
--
-- Returns run_id of each.
SELECT live_run.run_id
FROM chassis.event_trigger JOIN chassis.live_run ON live_run.run_id = ANY (active_runs)
WHERE trigger_id = $1::bigint;
