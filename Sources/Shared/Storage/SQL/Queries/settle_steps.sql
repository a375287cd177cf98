-- Settles intents of the attempt that holds the job: their records are durable, or their calls failed, or nobody knows.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 positions text[], no two of them the same
--   $4 states text[]: recorded, failed or unknown
--   $5 usages text[]: JSON, with NULLs, $6 costs_micro_usd bigint[]: with NULLs, $7 unknown_calls smallint[]
--   $8 errors text[]: with NULLs
--   $9 now timestamptz: NULL for the database's clock
--   $10 calls integer[]: which call of its step each settles; NULL for the present one
--
-- Does nothing when the lease is lost: what the attempt recorded since may lie behind the mark of the next one, which
-- settles the intents by what it finds (settle_earlier_step).
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), shared AS MATERIALIZED (
    -- Before the steps are locked: whoever sets a budget locks steps behind this.
    SELECT chassis.share_budgets() FROM held
), settled AS (
    UPDATE chassis.step
    SET state = given.state, usage = given.usage::jsonb, cost_micro_usd = given.cost,
        unknown_calls = step.unknown_calls + given.unknown_calls, error = given.error,
        settled_at = coalesce($9::timestamptz, now())
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::smallint[], $8::text[],
                $10::integer[])
        AS given (position, state, usage, cost, unknown_calls, error, call)
    WHERE step.job_id = $1::bigint AND step.epoch = $2::bigint AND step.position = given.position
      AND step.state = 'started' AND (given.call IS NULL OR step.calls = given.call) AND (SELECT count(*) FROM shared) > 0
    RETURNING step.job_id, step.epoch, step.position, step.money, given.state, given.usage, given.cost, given.unknown_calls AS lost_calls
)
SELECT chassis.settle_call(
           job_id, epoch, position,
           CASE WHEN state = 'recorded' THEN 'settled' WHEN state = 'unknown' OR lost_calls > 0 THEN 'unknown'
                ELSE 'cancelled' END,
           cost, usage::jsonb, coalesce($9::timestamptz, now()))
FROM settled
WHERE money IS NOT NULL;
