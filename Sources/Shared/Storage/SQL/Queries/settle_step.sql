-- Settles an intent of the attempt that holds the job: its record is durable, or its call failed, or nobody knows.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 position text
--   $4 state text: recorded, failed or unknown
--   $5 usage text: JSON or NULL, $6 cost_micro_usd bigint: or NULL, $7 unknown_calls smallint
--   $8 error text: or NULL
--   $9 now timestamptz: NULL for the database's clock
--   $10 call integer: which call of the step; NULL for the present one
--
-- Does nothing when the lease is lost: what the attempt recorded since may lie behind the mark of the next one, which
-- settles the intent by what it finds (settle_earlier_step).
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), shared AS MATERIALIZED (
    -- Before the step is locked: whoever sets a budget locks steps behind this.
    SELECT chassis.share_budgets() FROM held
), settled AS (
    UPDATE chassis.step
    SET state = $4::text, usage = $5::jsonb, cost_micro_usd = $6::bigint,
        unknown_calls = unknown_calls + $7::smallint, error = $8::text, settled_at = coalesce($9::timestamptz, now())
    WHERE job_id = $1::bigint AND epoch = $2::bigint AND position = $3::text AND state = 'started'
      AND ($10::integer IS NULL OR calls = $10::integer)
      AND (SELECT count(*) FROM shared) > 0
    RETURNING job_id, epoch, position, money
)
SELECT chassis.settle_call(
           job_id, epoch, position,
           CASE WHEN $4::text = 'recorded' THEN 'settled' WHEN $4::text = 'unknown' OR $7::smallint > 0 THEN 'unknown'
                ELSE 'cancelled' END,
           $6::bigint, $5::jsonb, coalesce($9::timestamptz, now()))
FROM settled
WHERE money IS NOT NULL;
