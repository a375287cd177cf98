-- Notes what became of events of a locked trigger.
--
--   $1 trigger_id bigint, $2 event_ids bigint[]
--   $3 state text: held, started or refused
--   $4 run_id bigint: where they were taken, $5 error text: where they were refused
UPDATE chassis.news SET state = $3::text, run_id = $4::bigint, error = $5::text
WHERE trigger_id = $1::bigint AND event_id = ANY ($2::bigint[]);
