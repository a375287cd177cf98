-- Keeps budgets from being set and removed until the end of the transaction.
--
-- Whoever locks several steps comes here first, in a statement before the one that locks them: whoever sets a budget locks steps
-- behind the lock of all budgets. Waits for whoever sets or removes one.
SELECT chassis.share_budgets();
