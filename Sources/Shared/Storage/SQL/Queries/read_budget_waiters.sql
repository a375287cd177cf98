-- Reads the jobs that found no room in a budget with mode hold.
--
--   $1 scope text, $2 name text, $3 period text
--
-- Returns a row for each that has not ended.
SELECT budget_waiter.job_id
FROM chassis.budget JOIN chassis.budget_waiter USING (budget_id)
WHERE budget.scope = $1::text AND budget.name = $2::text AND budget.period = $3::text
  AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = budget_waiter.job_id)
ORDER BY budget_waiter.job_id;
