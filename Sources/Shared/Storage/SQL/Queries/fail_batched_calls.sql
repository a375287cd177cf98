-- Notes that calls of a batch come to nothing before it is sent; the others stay in it.
--
--   $1 batch_id bigint, $2 turn bigint: as given when it was taken in hand
--   $3 keys text[]: of the calls, $4 error text: JSON
--
-- Returns the job of each. Lock the runs of the jobs first (lock_runs_of_jobs), and resume them afterwards, in the same
-- transaction.
WITH held AS (
    SELECT batch_id
    FROM chassis.batch
    WHERE batch_id = $1::bigint AND turn = $2::bigint AND state = 'made'
    FOR UPDATE
)
UPDATE chassis.batched_call
SET state = 'failed', error = $4::jsonb
FROM held
WHERE batched_call.batch_id = held.batch_id AND batched_call.key = ANY ($3::text[]) AND batched_call.state = 'sent'
RETURNING batched_call.job_id;
