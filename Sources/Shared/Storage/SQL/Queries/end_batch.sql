-- Ends a batch and notes what became of its calls.
--
--   $1 batch_id bigint, $2 turn bigint: as given when it was taken in hand
--   $3 keys text[], $4 states text[]: answered, failed or unknown, $5 answers text[]: DIGEST:LENGTH or NULL,
--   $6 errors text[]: JSON or NULL
--   $7 detail text: for people
--
-- Calls of other batches are left alone. Returns the job of each call whose outcome was noted. Lock the runs of the jobs
-- first (lock_runs_of_jobs), and resume them afterwards, in the same transaction.
WITH ended AS (
    UPDATE chassis.batch SET state = 'ended', session_id = NULL, detail = $7::text
    WHERE batch_id = $1::bigint AND turn = $2::bigint
    RETURNING batch_id
)
UPDATE chassis.batched_call
SET state = found.state, answer = found.answer, error = found.error::jsonb
FROM ended, unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS found (key, state, answer, error)
WHERE batched_call.batch_id = ended.batch_id AND batched_call.key = found.key AND batched_call.state = 'sent'
RETURNING batched_call.job_id;
