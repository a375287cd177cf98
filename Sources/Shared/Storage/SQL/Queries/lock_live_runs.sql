-- Locks the given unfinished runs, in the order of their ids, until the end of the transaction.
--
--   $1 run_ids bigint[]
--
-- Whoever changes which jobs of a run are unfinished holds this lock when it touches the jobs that wait, and takes it
-- after the leases it deletes: so no two of them deadlock. Waits for the others. end_jobs does it by itself.
SELECT run_id
FROM chassis.live_run
WHERE run_id = ANY ($1::bigint[])
ORDER BY run_id
FOR UPDATE;
