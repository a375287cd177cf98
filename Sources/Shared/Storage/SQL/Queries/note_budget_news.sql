-- Notes that a budget was set, or the limit of one lifted: the jobs that found no room in it are to look again.
--
--   $1 scope text, $2 name text, $3 period text
--
-- In the transaction of set_budget or remove_budget, behind it: the lock of all budgets is held, so nobody begins to wait meanwhile. Follow with
-- read_budget_news and what resumes them; when that is not done, somebody else does it.
UPDATE chassis.budget_waiter
SET has_news = true
FROM chassis.budget
WHERE budget.scope = $1::text AND budget.name = $2::text AND budget.period = $3::text
  AND budget_waiter.budget_id = budget.budget_id AND NOT has_news;
