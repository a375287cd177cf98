-- Counts jobs off in their run that rescue_jobs failed.
--
--   $1 run_ids bigint[]: the run of each, as often as it has such jobs
UPDATE chassis.live_run
SET unfinished = unfinished - counts.failed, unsuccessful = unsuccessful + counts.failed
FROM (SELECT run_id, count(*) AS failed FROM unnest($1::bigint[]) AS given (run_id) GROUP BY run_id) AS counts
WHERE live_run.run_id = counts.run_id;
