-- Notes that a job waits for no event any more.
--
--   $1 job_id bigint
DELETE FROM chassis.event_wait WHERE job_id = $1::bigint;
