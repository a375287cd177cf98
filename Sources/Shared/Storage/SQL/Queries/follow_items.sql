-- Does what follows when items of mapped jobs have ended, or were added: makes the next ones pending as far as their limit
-- lets it, and resumes mapped jobs that have something to do.
--
--   $1 job_ids bigint[]: items, or mapped jobs themselves
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns each job made pending, and its queue. Does nothing when done again. Lock the runs with lock_live_runs first.
SELECT readied_job_id AS job_id, readied_queue AS queue
FROM chassis.follow_items(
    ARRAY (SELECT DISTINCT coalesce(parent_job_id, job_id) FROM chassis.job WHERE job_id = ANY ($1::bigint[])),
    $2::timestamptz);
