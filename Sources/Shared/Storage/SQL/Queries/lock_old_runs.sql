-- Locks runs that ended long ago, the oldest first.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns run_id of each. Waits for nobody: runs that another transaction holds, as retry_run and add_fork do, are left to a later
-- call, and so are runs with forks, and runs whose parent is there, which may ask for them again. A fork that is made while this looks holds its source no more once this comes to lock it:
-- so prune_runs looks again, in a later statement.
SELECT run_id
FROM chassis.ended_run
WHERE ended_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
  AND NOT EXISTS (SELECT FROM chassis.run WHERE run.forked_from = ended_run.run_id)
  AND NOT EXISTS (
      SELECT FROM chassis.run AS child JOIN chassis.run AS parent ON parent.run_id = child.parent_run_id
      WHERE child.run_id = ended_run.run_id)
ORDER BY ended_at
LIMIT $2::integer
FOR UPDATE SKIP LOCKED;
