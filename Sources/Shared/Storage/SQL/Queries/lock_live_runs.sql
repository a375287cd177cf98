-- Locks the given unfinished runs, in the order of their ids, until the end of the transaction.
--
--   $1 run_ids bigint[]
--
-- Whoever changes which jobs of a run are unfinished does this first, so no two of them deadlock. Waits for the others.
SELECT run_id
FROM chassis.live_run
WHERE run_id = ANY ($1::bigint[])
ORDER BY run_id
FOR UPDATE;
