-- Settles an intent that an earlier attempt left open or unknown: by its record, as not paid, or as unknown.
--
--   $1 job_id bigint, $2 epoch bigint: of the attempt that holds the job now
--   $3 earlier_epoch bigint, $4 position text: of the intent
--   $5 state text: recorded, failed or unknown
--   $6 usage text: JSON or NULL, $7 cost_micro_usd bigint: or NULL
--   $8 error text: or NULL
--   $9 now timestamptz: NULL for the database's clock
--
-- A call whose outcome becomes unknown is counted, and one that is found after all is counted off. Returns one row, also
-- where somebody else has settled it meanwhile; none when the lease is lost.
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), shared AS MATERIALIZED (
    -- Before the step is locked: whoever sets a budget locks steps behind this.
    SELECT chassis.share_budgets() FROM held
), settled AS (
    UPDATE chassis.step
    SET state = $5::text, usage = $6::jsonb, cost_micro_usd = $7::bigint,
        unknown_calls = greatest(0, unknown_calls + CASE
            WHEN state = 'started' AND $5::text = 'unknown' THEN 1
            WHEN state = 'unknown' AND $5::text <> 'unknown' THEN -1
            ELSE 0 END),
        error = $8::text, settled_at = coalesce($9::timestamptz, now())
    WHERE job_id = $1::bigint AND epoch = $3::bigint AND position = $4::text AND state IN ('started', 'unknown')
      AND (SELECT count(*) FROM shared) > 0
    RETURNING job_id, epoch, position, money
)
SELECT held.job_id,
       CASE WHEN settled.money IS NOT NULL THEN
           chassis.settle_call(settled.job_id, settled.epoch, settled.position,
                               CASE $5::text WHEN 'recorded' THEN 'settled' WHEN 'failed' THEN 'cancelled' ELSE 'unknown' END,
                               $7::bigint, $6::jsonb, coalesce($9::timestamptz, now()))::text END AS money
FROM held LEFT JOIN settled ON true;
