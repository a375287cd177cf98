-- Skips the blocked jobs whose rule can no longer hold, and what must be skipped because of that, and makes those pending
-- whose rule holds.
--
--   $1 job_ids bigint[]: jobs that just ended, and were counted off in the jobs that need them
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns each job made pending, and its queue. Does nothing when done again. Lock the runs with lock_live_runs first.
SELECT readied_job_id AS job_id, readied_queue AS queue FROM chassis.spread_endings($1::bigint[], $2::timestamptz);
