-- Notes what a locked trigger has come to.
--
--   $1 trigger_id bigint
--   $2 active_runs bigint[]: its runs under way, where their number is bounded
--   $3 last_run_id bigint: the run it has started, or NULL
--   $4 error text: why an event could start none, or NULL
--
-- The ends of the runs whose number is bounded are told of. Waits for nobody: what somebody else holds is a run that was
-- there before.
WITH awaited AS (
    UPDATE chassis.live_run SET is_awaited = true
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.live_run
        WHERE run_id = ANY ($2::bigint[]) AND NOT is_awaited
        FOR UPDATE SKIP LOCKED))
)
UPDATE chassis.event_trigger
SET active_runs = $2::bigint[], looked_at = clock_timestamp(), retry_at = NULL,
    last_run_id = coalesce($3::bigint, last_run_id),
    last_at = CASE WHEN $3::bigint IS NULL THEN last_at ELSE clock_timestamp() END,
    error = CASE WHEN $3::bigint IS NULL THEN coalesce($4::text, error) ELSE $4::text END
WHERE trigger_id = $1::bigint;
