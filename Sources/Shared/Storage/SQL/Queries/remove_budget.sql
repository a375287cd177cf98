-- Removes a budget; what was paid stays in the ledger.
--
--   $1 scope text, $2 name text, $3 period text
--
-- Returns one row when it was there. Resume its waiters with it.
DELETE FROM chassis.budget
WHERE scope = $1::text AND name = $2::text AND period = $3::text
RETURNING budget_id;
