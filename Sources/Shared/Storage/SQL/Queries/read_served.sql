-- Reads which calls and named steps of its program the attempts of a job took from their records.
--
--   $1 job_id bigint
--
-- Returns a row for each attempt that has noted that, oldest first. Does not wait.
SELECT epoch, served::text AS served FROM chassis.replay
WHERE job_id = $1::bigint AND served IS NOT NULL
ORDER BY epoch;
