-- Forgets jobs that waited for a budget, in the transaction that resumes them.
--
--   $1 scope text, $2 name text, $3 period text, $4 job_ids bigint[]
DELETE FROM chassis.budget_waiter
USING chassis.budget
WHERE budget.scope = $1::text AND budget.name = $2::text AND budget.period = $3::text
  AND budget_waiter.budget_id = budget.budget_id
  AND (budget_waiter.job_id = ANY ($4::bigint[])
       OR EXISTS (SELECT FROM chassis.done WHERE done.job_id = budget_waiter.job_id));
