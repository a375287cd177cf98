-- Keeps calls from being reserved and settled until the end of the transaction.
--
-- Waits for those that are. What they have written is seen by a later statement.
SELECT pg_advisory_xact_lock(7160546, 1);
