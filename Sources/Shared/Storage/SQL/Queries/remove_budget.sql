-- Removes a budget; what was paid stays in the ledger.
--
--   $1 scope text, $2 name text, $3 period text
--
-- Returns one row when it was there. Lock all budgets first (lock_budgets), in a statement of its own: a call that has found the budget
-- is about to count in it. Follow with note_budget_news, and resume its waiters with it.
WITH removed AS (
    DELETE FROM chassis.budget
    WHERE scope = $1::text AND name = $2::text AND period = $3::text AND run_id IS NULL
    RETURNING budget_id
), lifted AS (
    -- The next call would bring back what the workflow file says of a run or job, with nothing spent: so its row stays, and goes on
    -- counting, without a limit. list_budgets does not show it.
    UPDATE chassis.budget
    SET limit_micro_usd = 9223372036854775807, mode = 'soft'
    WHERE scope = $1::text AND name = $2::text AND period = $3::text AND run_id IS NOT NULL
      AND limit_micro_usd < 9223372036854775807
    RETURNING budget_id
)
SELECT budget_id FROM removed
UNION ALL
SELECT budget_id FROM lifted;
