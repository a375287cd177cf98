-- Settles the intent of a call whose job has ended without it, by what became of it, and forgets the call.
--
--   $1 call_id bigint
--   $2 outcome text: settled (it was paid for), cancelled (it was not) or unknown
--   $3 usage text: JSON or NULL, $4 cost_micro_usd bigint: or NULL
--   $5 now timestamptz: NULL for the database's clock
--
-- Nothing is done when the job goes on after all.
WITH gone AS MATERIALIZED (
    DELETE FROM chassis.batched_call
    WHERE call_id IN (SELECT call_id FROM chassis.left_call WHERE call_id = $1::bigint)
    RETURNING job_id, epoch, position
), shared AS MATERIALIZED (
    -- Before the step is locked: whoever sets a budget locks steps behind this.
    SELECT chassis.share_budgets() FROM gone
), settled AS (
    UPDATE chassis.step
    SET state = CASE $2::text WHEN 'settled' THEN 'recorded' WHEN 'cancelled' THEN 'failed' ELSE 'unknown' END,
        usage = $3::jsonb, cost_micro_usd = $4::bigint, settled_at = coalesce($5::timestamptz, now()),
        unknown_calls = CASE WHEN step.state = 'unknown' AND $2::text <> 'unknown' THEN greatest(0, unknown_calls - 1)
                             WHEN step.state = 'started' AND $2::text = 'unknown' THEN unknown_calls + 1
                             ELSE unknown_calls END,
        error = 'its job ended before the answer came'
    FROM gone
    WHERE step.job_id = gone.job_id AND step.epoch = gone.epoch AND step.position = gone.position
      AND step.state IN ('started', 'unknown') AND (SELECT count(*) FROM shared) > 0
    RETURNING step.job_id, step.epoch, step.position, step.money
)
SELECT chassis.settle_call(job_id, epoch, position, $2::text, $4::bigint, $3::jsonb, coalesce($5::timestamptz, now()))
FROM settled
WHERE money IS NOT NULL;
