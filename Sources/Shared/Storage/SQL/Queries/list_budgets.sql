-- Reads budgets and what they have come to in the present period.
--
--   $1 run_id bigint: the budgets of that run and its jobs; NULL for those of teams and connections
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each by scope, name and period. A budget of a team or connection that every run has anew has a row
-- without figures. The end of the period is in microseconds since 1970, NULL where there is none; the name of a job's
-- budget is that of the job.
SELECT budget.scope, coalesce(job.name, budget.name) AS name, budget.period, budget.limit_micro_usd, budget.mode,
       coalesce(found.reserved_micro_usd, 0) AS reserved_micro_usd,
       coalesce(found.paid_micro_usd, 0) AS paid_micro_usd,
       coalesce(found.unknown_micro_usd, 0) AS unknown_micro_usd,
       CASE WHEN bounds.ends_at < 'infinity' THEN (extract(epoch FROM bounds.ends_at) * 1000000)::bigint END AS ends_us
FROM chassis.budget
CROSS JOIN LATERAL chassis.budget_bounds(budget.period, coalesce($2::timestamptz, now())) AS bounds
LEFT JOIN chassis.budget_period AS found
    ON found.budget_id = budget.budget_id AND found.begins_at = bounds.begins_at
   AND found.run_id = CASE budget.period WHEN 'run' THEN coalesce($1::bigint, -1) ELSE 0 END
LEFT JOIN chassis.job ON budget.scope = 'job' AND job.job_id::text = budget.name
WHERE budget.run_id IS NOT DISTINCT FROM $1::bigint
  -- One of a run or job that was removed (remove_budget).
  AND budget.limit_micro_usd < 9223372036854775807
ORDER BY budget.scope DESC, name, budget.period;
