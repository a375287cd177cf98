-- Lets a call to a connection begin, if its limits allow it; the gate is locked (lock_connection).
--
--   $1 connection text
--   $2 job_id bigint, $3 epoch bigint: whose call it is, as given at the claim
--   $4 tokens bigint: what it may take, counted from above; more than the limit counts as the limit
--   $5 requests_per_minute integer, $6 tokens_per_minute bigint, $7 concurrent integer: NULL for no limit
--   $8 now timestamptz: NULL for the database's clock
--
-- Returns one row: call_id, NULL when it may not begin or the lease is lost; wait_us, how long until the minute allows it,
-- 0 when it does; is_full, whether as many calls are under way as may be; is_held, whether the lease stands.
WITH clock AS (SELECT coalesce($8::timestamptz, clock_timestamp()) AS now),
past AS (
    DELETE FROM chassis.connection_call AS call
    WHERE call.connection = $1::text AND call.begun_at <= (SELECT now FROM clock) - interval '1 minute'
      AND (call.ended_at IS NOT NULL OR NOT EXISTS (
          SELECT FROM chassis.lease WHERE lease.job_id = call.job_id AND lease.epoch = call.epoch))
),
recent AS (
    SELECT begun_at,
           row_number() OVER newest_first AS requests,
           sum(tokens) OVER newest_first AS tokens
    FROM chassis.connection_call, clock
    WHERE connection = $1::text AND begun_at > clock.now - interval '1 minute'
    WINDOW newest_first AS (ORDER BY begun_at DESC, call_id DESC)
),
gate AS (
    SELECT greatest(
               (SELECT not_before FROM chassis.connection_gate WHERE connection = $1::text),
               (SELECT max(begun_at) + interval '1 minute' FROM recent WHERE requests >= $5::integer),
               (SELECT max(begun_at) + interval '1 minute' FROM recent
                WHERE tokens + least($4::bigint, $6::bigint) > $6::bigint)
           ) AS opens_at,
           coalesce($7::integer <= (
               SELECT count(*) FROM chassis.connection_call AS call
               JOIN chassis.lease ON lease.job_id = call.job_id AND lease.epoch = call.epoch
               WHERE call.connection = $1::text AND call.ended_at IS NULL
           ), false) AS is_full,
           EXISTS (SELECT FROM chassis.lease WHERE job_id = $2::bigint AND epoch = $3::bigint) AS is_held
),
entered AS (
    INSERT INTO chassis.connection_call (connection, job_id, epoch, tokens, begun_at)
    SELECT $1::text, $2::bigint, $3::bigint, $4::bigint, clock.now
    FROM gate, clock
    WHERE gate.is_held AND NOT gate.is_full AND coalesce(gate.opens_at <= clock.now, true)
    RETURNING call_id
)
SELECT (SELECT call_id FROM entered) AS call_id,
       greatest(0, coalesce(extract(epoch FROM gate.opens_at - clock.now) * 1000000, 0))::bigint AS wait_us,
       gate.is_full, gate.is_held
FROM gate, clock;
