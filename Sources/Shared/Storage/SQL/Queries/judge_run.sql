-- Counts anew how the needs of a run's blocked jobs ended that have a rule, and decides what becomes of these jobs.
--
--   $1 run_id bigint
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns each job made pending, and its queue. Does nothing when done again. Lock the run with lock_live_runs first.
SELECT readied_job_id AS job_id, readied_queue AS queue FROM chassis.judge_run($1::bigint, $2::timestamptz);
