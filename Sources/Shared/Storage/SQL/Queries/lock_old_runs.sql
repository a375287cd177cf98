-- Locks runs that ended long ago, the oldest first.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns run_id of each. Waits for nobody: runs that another transaction holds, as retry_run and add_fork do, are left to a later
-- call, and so are runs that are not spare (see the view), and runs of backfills that do not know yet how they ended (settle_backfills). A fork that
-- is made while this looks holds its source no more once this comes to lock it: so prune_runs looks again, in a later statement.
SELECT run_id
FROM chassis.spare_run
WHERE ended_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
  AND NOT EXISTS (
      SELECT FROM chassis.backfill JOIN chassis.backfill_item USING (backfill_id)
      WHERE backfill.ended_at IS NULL AND backfill_item.state = 'running' AND backfill_item.run_id = spare_run.run_id)
ORDER BY ended_at
LIMIT $2::integer
FOR UPDATE SKIP LOCKED;
