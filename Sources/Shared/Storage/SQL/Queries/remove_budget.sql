-- Removes a budget; what was paid stays in the ledger.
--
--   $1 scope text, $2 name text, $3 period text
--
-- Returns one row when it was there. Lock all budgets first (lock_budgets), in a statement of its own: a call that has found the budget
-- is about to count in it. Resume its waiters with it.
DELETE FROM chassis.budget
WHERE scope = $1::text AND name = $2::text AND period = $3::text
RETURNING budget_id;
