-- Locks an unfinished run that was cancelled, until the end of the transaction.
--
--   $1 run_id bigint
--
-- Returns one row; none when the run has ended, also where it was brought back to life since. Waits for the others; see
-- lock_live_runs.
SELECT run_id FROM chassis.live_run WHERE run_id = $1::bigint AND cancelled_at IS NOT NULL FOR UPDATE;
