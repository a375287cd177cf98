-- Counts jobs off in their run that cancel_run ended.
--
--   $1 run_id bigint, $2 ended integer
UPDATE chassis.live_run
SET unfinished = unfinished - $2::integer, unsuccessful = unsuccessful + $2::integer
WHERE run_id = $1::bigint;
