-- Looks whether a job may start a child: it is held as the caller says, and its run was not cancelled.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--
-- Returns one row with the team of the run and the priority of the job, or none. Locks the lease against its loss, then the run, until the end of the transaction.
WITH held AS MATERIALIZED (
    SELECT run_id, priority FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR UPDATE
)
SELECT live_run.run_id, (SELECT team FROM chassis.run WHERE run.run_id = live_run.run_id) AS team,
       (SELECT priority FROM held) AS priority
FROM chassis.live_run
WHERE live_run.run_id = (SELECT run_id FROM held)
  AND (cancelled_at IS NULL OR (SELECT rule FROM chassis.job WHERE job.job_id = $1::bigint) = 'always')
FOR UPDATE;
