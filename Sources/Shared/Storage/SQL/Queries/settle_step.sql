-- Settles an intent: its record is durable, or its call failed, or nobody knows.
--
--   $1 job_id bigint, $2 epoch bigint, $3 position text
--   $4 state text: recorded, failed or unknown
--   $5 usage text: JSON or NULL, $6 cost_micro_usd bigint: or NULL, $7 unknown_calls smallint
--   $8 error text: or NULL
--   $9 now timestamptz: NULL for the database's clock
--
-- Not fenced by the lease: it states what has happened, which losing the lease does not undo. The first settlement
-- stands: what a later attempt has declared unknown stays so although the worker that was thought dead says otherwise,
-- since nobody reads the record it made; and saying the same again counts no call twice.
UPDATE chassis.step
SET state = $4::text, usage = $5::jsonb, cost_micro_usd = $6::bigint,
    unknown_calls = unknown_calls + $7::smallint, error = $8::text, settled_at = coalesce($9::timestamptz, now())
WHERE job_id = $1::bigint AND epoch = $2::bigint AND position = $3::text AND state = 'started';
