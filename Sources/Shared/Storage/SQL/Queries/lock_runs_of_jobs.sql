-- Locks the unfinished runs of the given jobs, in the order of their ids, until the end of the transaction.
--
--   $1 job_ids bigint[]
--
-- Waits for the others; see lock_live_runs.
SELECT run_id
FROM chassis.live_run
WHERE run_id = ANY (ARRAY (SELECT job.run_id FROM chassis.job WHERE job.job_id = ANY ($1::bigint[])))
ORDER BY run_id
FOR UPDATE;
