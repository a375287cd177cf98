-- Notes of an unfinished run that it is cancelled for its deadline: it ends as failed.
--
--   $1 run_id bigint
--
-- Returns nothing.
UPDATE chassis.live_run SET is_late = true WHERE run_id = $1::bigint;
