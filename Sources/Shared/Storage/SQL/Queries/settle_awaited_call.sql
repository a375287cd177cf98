-- Puts down what a call cost whose answer was made after it was answered.
--
--   $1 job_id bigint, $2 epoch bigint: of the attempt that holds the job now
--   $3 its_job_id bigint, $4 its_epoch bigint, $5 position text: of the call, whose job is this one or, for a fork, one that it goes on
--      from, whether that has ended or not
--   $6 usage text: JSON, $7 cost_micro_usd bigint
--   $8 now timestamptz: NULL for the database's clock
--
-- Returns one row, also where somebody else has put it down meanwhile; none when the lease is lost.
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), shared AS MATERIALIZED (
    -- Before the step is locked: whoever sets a budget locks steps behind this.
    SELECT chassis.share_budgets() FROM held
), settled AS (
    UPDATE chassis.step
    SET usage = $6::jsonb, cost_micro_usd = $7::bigint
    WHERE job_id = $3::bigint AND epoch = $4::bigint AND position = $5::text AND state = 'recorded' AND money = 'unknown'
      AND (SELECT count(*) FROM shared) > 0
    RETURNING job_id, epoch, position
)
SELECT held.job_id,
       CASE WHEN settled.position IS NOT NULL THEN
           chassis.settle_call(settled.job_id, settled.epoch, settled.position, 'settled', $7::bigint, $6::jsonb,
                               coalesce($8::timestamptz, now()))::text END AS money
FROM held LEFT JOIN settled ON true;
