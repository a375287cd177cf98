-- Has the door look anew at the jobs of runs that were held by a pause.
--
--   $1 run_ids bigint[]
--
-- Waits for nobody: jobs that somebody else moves just now are left to release_unpaused_jobs, should they stay where they are.
UPDATE chassis.waiting SET gate_id = NULL
WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM chassis.waiting
    WHERE reason = 'held' AND gate_id = 0 AND run_id = ANY ($1::bigint[])
    FOR UPDATE SKIP LOCKED));
