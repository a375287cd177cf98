-- Forgets jobs that were waiting for budgets, in the transaction that resumes them, and those that have ended or are gone.
--
--   $1 job_ids bigint[]
DELETE FROM chassis.budget_waiter
WHERE (has_news OR NOT EXISTS (SELECT FROM chassis.budget WHERE budget.budget_id = budget_waiter.budget_id))
  AND (job_id = ANY ($1::bigint[])
       OR EXISTS (SELECT FROM chassis.done WHERE done.job_id = budget_waiter.job_id)
       OR NOT EXISTS (SELECT FROM chassis.job WHERE job.job_id = budget_waiter.job_id));
