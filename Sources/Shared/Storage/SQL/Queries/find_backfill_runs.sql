-- The runs of a backfill that are under way and that nobody has cancelled.
--
--   $1 backfill_id bigint, $2 limit integer: how many at most
--
-- Returns run_id of each.
SELECT run_id
FROM chassis.backfill_item JOIN chassis.live_run USING (run_id)
WHERE backfill_id = $1::bigint AND state = 'running' AND cancelled_at IS NULL
LIMIT $2::integer;
