-- Reads the jobs that found no room in a budget with mode hold that was set since, or is gone.
--
--   $1 limit integer: how many at most
--
-- Returns a row for each that has not ended.
SELECT DISTINCT job_id
FROM chassis.budget_waiter
WHERE (has_news OR NOT EXISTS (SELECT FROM chassis.budget WHERE budget.budget_id = budget_waiter.budget_id))
  AND EXISTS (SELECT FROM chassis.job WHERE job.job_id = budget_waiter.job_id)
  AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = budget_waiter.job_id)
ORDER BY job_id
LIMIT $1::integer;
