-- Settles the intent of a call that was answered before its answer was made: its record is durable, and what it cost is told later.
--
--   $1 job_id bigint, $2 epoch bigint: of the attempt that holds the job now
--   $3 its_epoch bigint, $4 position text: of the intent
--   $5 now timestamptz: NULL for the database's clock
--
-- The most that it can cost is kept as unknown, until settle_awaited_call puts down what it did; where its price is not known nothing
-- is to be told. Returns one row when the lease is held: position and price of a call that awaits its cost, NULLs where it does not,
-- or somebody else has settled it meanwhile.
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), shared AS MATERIALIZED (
    -- Before the step is locked: whoever sets a budget locks steps behind this.
    SELECT chassis.share_budgets() FROM held
), settled AS (
    UPDATE chassis.step
    SET state = 'recorded', usage = NULL, cost_micro_usd = NULL, error = NULL, settled_at = coalesce($5::timestamptz, now()),
        unknown_calls = CASE state WHEN 'unknown' THEN greatest(0, unknown_calls - 1) ELSE unknown_calls END
    WHERE job_id = $1::bigint AND epoch = $3::bigint AND position = $4::text AND state IN ('started', 'unknown')
      AND money IS NOT NULL AND (SELECT count(*) FROM shared) > 0
    RETURNING job_id, epoch, position, price
)
SELECT held.job_id,
       CASE WHEN settled.price IS NOT NULL THEN settled.position END AS position,
       settled.price::text AS price,
       CASE WHEN settled.position IS NOT NULL THEN
           chassis.settle_call(settled.job_id, settled.epoch, settled.position,
                               CASE WHEN settled.price IS NULL THEN 'settled' ELSE 'unknown' END,
                               NULL, NULL, coalesce($5::timestamptz, now()))::text END AS money
FROM held LEFT JOIN settled ON true;
