-- Notes what was found out about a batch, and gives it out of hand until it is due again.
--
--   $1 batch_id bigint, $2 turn bigint: as given when it was taken in hand
--   $3 provider_id text: NULL keeps what is known; with one the batch is sent
--   $4 is_cancelled boolean: whether its provider was asked just now to cancel it
--   $5 was_refused boolean: whether it is certain that the last try sent nothing
--   $6 wait_us bigint: how long until it is due
--   $7 detail text: for people
--   $8 now timestamptz: NULL for the database's clock
--
-- Jobs that are suspended for it say so in their details. Returns one row, none when another worker has it in hand. Waits for
-- nobody but the batch.
WITH noted AS (
    UPDATE chassis.batch
    SET state = CASE WHEN $3::text IS NULL THEN state ELSE 'sent' END,
        provider_id = coalesce($3::text, provider_id),
        sent_at = CASE WHEN $3::text IS NULL THEN sent_at ELSE coalesce($8::timestamptz, now()) END,
        cancelled_at = CASE WHEN $4::boolean THEN coalesce($8::timestamptz, now()) ELSE cancelled_at END,
        tried_at = CASE WHEN $5::boolean THEN NULL ELSE tried_at END,
        due_at = coalesce($8::timestamptz, now()) + $6::bigint * interval '1 microsecond',
        detail = $7::text, session_id = NULL
    WHERE batch_id = $1::bigint AND turn = $2::bigint
    RETURNING batch_id, coalesce('batch ' || provider_id, 'a batch') || ' of ' || connection || '/' || model || ': ' || detail
        AS told
), told AS (
    UPDATE chassis.waiting SET detail = noted.told
    FROM noted
    WHERE waiting.ctid = ANY (ARRAY (
        SELECT waiting.ctid
        FROM chassis.batched_call JOIN chassis.waiting USING (job_id)
        WHERE batched_call.batch_id = $1::bigint AND waiting.reason = 'suspended' AND waiting.waits_for = 'batch'
        FOR UPDATE OF waiting SKIP LOCKED))
      AND waiting.detail IS DISTINCT FROM noted.told
)
SELECT batch_id FROM noted;
