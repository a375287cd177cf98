-- Locks runs that ended long ago, the oldest first.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns run_id of each. Waits for nobody: runs that another transaction holds, as retry_run and add_fork do, are left to a later
-- call, and so are runs with forks, runs whose parent is there, which may ask for them again, runs below which one goes on, which counts in their
-- budgets, runs of backfills that do not know yet how they ended (settle_backfills), and runs with calls in a batch of which nobody has settled yet what they cost. A fork that is made while this looks holds its
-- source no more once this comes to lock it: so prune_runs looks again, in a later statement.
SELECT run_id
FROM chassis.ended_run
WHERE ended_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
  AND NOT EXISTS (SELECT FROM chassis.run WHERE run.forked_from = ended_run.run_id)
  AND NOT EXISTS (
      SELECT FROM chassis.run AS child JOIN chassis.run AS parent ON parent.run_id = child.parent_run_id
      WHERE child.run_id = ended_run.run_id)
  AND NOT EXISTS (
      WITH RECURSIVE line (run_id) AS (
          SELECT run_id FROM chassis.run WHERE parent_run_id = ended_run.run_id
          UNION ALL
          SELECT below.run_id
          FROM line CROSS JOIN LATERAL (
              SELECT run.run_id FROM chassis.run WHERE run.parent_run_id = line.run_id OFFSET 0) AS below
      )
      SELECT FROM line
      WHERE EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = line.run_id OFFSET 0))
  AND NOT EXISTS (
      SELECT FROM chassis.batched_call JOIN chassis.job USING (job_id) WHERE job.run_id = ended_run.run_id)
  AND NOT EXISTS (
      SELECT FROM chassis.backfill JOIN chassis.backfill_item USING (backfill_id)
      WHERE backfill.ended_at IS NULL AND backfill_item.state = 'running' AND backfill_item.run_id = ended_run.run_id)
ORDER BY ended_at
LIMIT $2::integer
FOR UPDATE SKIP LOCKED;
