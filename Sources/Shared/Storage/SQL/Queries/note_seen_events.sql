-- Notes up to where a job has looked at events.
--
--   $1 job_id bigint, $2 seen bigint: an event_id
UPDATE chassis.event_wait SET seen = greatest(seen, $2::bigint) WHERE job_id = $1::bigint;
