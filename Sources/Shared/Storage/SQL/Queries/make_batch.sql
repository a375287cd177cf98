-- Makes a batch of the calls of a connection and model that have waited long enough for others, or are enough.
--
--   $1 connection text
--   $2 wait_us bigint: how long calls wait for others, in microseconds
--   $3 most_calls integer, $4 most_bytes bigint: of one batch
--   $5 now timestamptz: NULL for the database's clock
--
-- Returns one row when there is one. Waits for nobody: what another worker gathers just now is left to it.
WITH line AS (
    SELECT model
    FROM chassis.batched_call
    WHERE connection = $1::text AND state = 'waiting'
    GROUP BY model
    HAVING min(added_at) <= coalesce($5::timestamptz, now()) - $2::bigint * interval '1 microsecond'
        OR count(*) >= $3::integer OR sum(request_bytes) >= $4::bigint
    ORDER BY min(added_at)
    LIMIT 1
), taken AS MATERIALIZED (
    SELECT call_id, request_bytes
    FROM chassis.batched_call JOIN line USING (model)
    WHERE connection = $1::text AND state = 'waiting'
      AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = batched_call.job_id)
    ORDER BY call_id
    LIMIT $3::integer
    FOR UPDATE OF batched_call SKIP LOCKED
), fitting AS (
    -- The first one always fits: a request has bounds of its own.
    SELECT call_id
    FROM (SELECT call_id, request_bytes, sum(request_bytes) OVER (ORDER BY call_id) AS total FROM taken) AS running
    WHERE total <= $4::bigint OR total = request_bytes
), made AS (
    INSERT INTO chassis.batch (connection, model, state, made_at, due_at)
    SELECT $1::text, model, 'made', coalesce($5::timestamptz, now()), coalesce($5::timestamptz, now())
    FROM line
    WHERE EXISTS (SELECT FROM fitting)
    RETURNING batch_id
)
UPDATE chassis.batched_call SET state = 'sent', batch_id = made.batch_id
FROM fitting, made
WHERE batched_call.call_id = fitting.call_id
RETURNING batched_call.batch_id;
