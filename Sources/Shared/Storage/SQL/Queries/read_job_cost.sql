-- Reads what the model calls of a job have cost, in all attempts.
--
--   $1 job_id bigint
--
-- Returns one row: cost in micro-dollars, NULL when that of one of them is not known. One whose cost is told later counts as the most
-- that it can cost. Locks nothing.
SELECT CASE WHEN count(*) FILTER (WHERE cost IS NULL AND state = 'recorded') = 0
            THEN coalesce(sum(cost), 0)::bigint END AS cost
FROM (
    -- A call of which nobody knows what it can cost has reserved nothing.
    SELECT state, CASE WHEN state = 'recorded' AND money = 'unknown' THEN nullif(reserved_micro_usd, 0)
                       ELSE cost_micro_usd END AS cost
    FROM chassis.step
    WHERE job_id = $1::bigint AND kind = 'model'
) AS call;
