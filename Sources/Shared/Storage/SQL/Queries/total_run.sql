-- Adds up what the steps of a run cost and what its attempts did not have to do again.
--
--   $1 run_id bigint
--
-- Returns one row: the model calls whose answer was recorded, the calls whose outcome nobody knows, the steps taken
-- from checkpoints, money, and whether every recorded model call has a price.
SELECT coalesce(sum(spent.paid), 0)::bigint AS paid,
       coalesce(sum(spent.unknown), 0)::bigint AS unknown,
       coalesce(sum(kept.replayed), 0)::bigint AS replayed,
       coalesce(sum(spent.paid_micro_usd), 0)::bigint AS paid_micro_usd,
       coalesce(sum(kept.saved_micro_usd), 0)::bigint AS saved_micro_usd,
       coalesce(sum(spent.unpriced), 0) = 0 AS priced
FROM chassis.job
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'model' AND state = 'recorded') AS paid,
           sum(greatest(unknown_calls, (state IN ('unknown', 'dismissed'))::integer)) AS unknown,
           sum(cost_micro_usd) AS paid_micro_usd,
           -- What a call has cost that is to be told later has a price, too.
           count(*) FILTER (WHERE kind = 'model' AND state = 'recorded' AND cost_micro_usd IS NULL
                              AND money IS DISTINCT FROM 'unknown') AS unpriced
    FROM chassis.step
    WHERE step.job_id = job.job_id
) AS spent
CROSS JOIN LATERAL (
    SELECT sum(steps) AS replayed, sum(saved_micro_usd) AS saved_micro_usd
    FROM chassis.replay
    WHERE replay.job_id = job.job_id
) AS kept
WHERE job.run_id = $1::bigint;
