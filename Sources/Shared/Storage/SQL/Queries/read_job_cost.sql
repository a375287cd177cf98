-- Reads what the model calls of a job have cost, in all attempts.
--
--   $1 job_id bigint
--
-- Returns one row: cost in micro-dollars, NULL when that of one of them is not known. Locks nothing.
SELECT CASE WHEN count(*) FILTER (WHERE cost_micro_usd IS NULL AND state = 'recorded') = 0
            THEN coalesce(sum(cost_micro_usd), 0)::bigint END AS cost
FROM chassis.step
WHERE job_id = $1::bigint AND kind = 'model';
