-- Reads the calls of a batch that have no outcome yet, in the order in which they are sent.
--
--   $1 batch_id bigint
SELECT key, job_id, request
FROM chassis.batched_call
WHERE batch_id = $1::bigint AND state = 'sent'
ORDER BY call_id;
