-- Takes a batch of a connection in hand that is due, that a worker which is gone had in hand, or whose jobs have all
-- ended without it since it was last in hand.
--
--   $1 connection text, $2 session_id bigint: of the worker, which has no other batch of the connection in hand
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns one row when there is one: is_tried and since_try_us, and is_abandoned when no job waits for it any more.
-- Waits for nobody.
WITH due AS (
    SELECT batch_id,
           NOT EXISTS (SELECT FROM chassis.batched_call
                       WHERE batched_call.batch_id = batch.batch_id
                         AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = batched_call.job_id))
               AS is_abandoned
    FROM chassis.batch
    WHERE connection = $1::text AND state <> 'ended'
      AND (session_id IS NULL OR session_id = $2::bigint
           OR NOT EXISTS (SELECT FROM chassis.session
                          WHERE session.session_id = batch.session_id AND session.ended_at IS NULL))
      AND (due_at <= coalesce($3::timestamptz, now()) OR session_id IS NOT NULL
           OR abandoned_at IS NULL
              AND NOT EXISTS (SELECT FROM chassis.batched_call
                              WHERE batched_call.batch_id = batch.batch_id
                                AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = batched_call.job_id)))
    ORDER BY due_at
    LIMIT 1
    FOR UPDATE OF batch SKIP LOCKED
)
UPDATE chassis.batch
SET session_id = $2::bigint, turn = turn + 1,
    -- What a retry has jobs wait for again is brought forward again when they end without it.
    abandoned_at = CASE WHEN due.is_abandoned THEN coalesce(abandoned_at, $3::timestamptz, now()) END
FROM due
WHERE batch.batch_id = due.batch_id
RETURNING batch.batch_id, batch.turn, batch.key, batch.model, batch.state, batch.provider_id, due.is_abandoned,
          batch.cancelled_at IS NOT NULL AS is_cancelled,
          (extract(epoch FROM batch.made_at) * 1000000)::bigint AS made_us,
          (extract(epoch FROM coalesce($3::timestamptz, now()) - batch.tried_at) * 1000000)::bigint AS since_try_us,
          (extract(epoch FROM coalesce($3::timestamptz, now()) - batch.sent_at) * 1000000)::bigint AS since_sent_us;
