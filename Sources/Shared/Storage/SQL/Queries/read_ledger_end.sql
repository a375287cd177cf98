-- Reads the number of the ledger's last entry, or 0.
--
-- Lock all budgets first (lock_budgets), in the same transaction: then what lies before it changes no more.
SELECT coalesce(max(entry_id), 0) AS entry_id FROM chassis.ledger;
