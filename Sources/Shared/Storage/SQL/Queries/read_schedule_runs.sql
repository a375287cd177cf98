-- The runs of a locked schedule that have not ended. A statement of its own, so that it sees what was started before the
-- lock was had.
--
--   $1 schedule_id bigint
--
-- Returns run_id of each, in their order.
SELECT live_run.run_id
FROM chassis.schedule JOIN chassis.live_run ON live_run.run_id = ANY (active_runs)
WHERE schedule_id = $1::bigint
ORDER BY live_run.run_id;
