-- Has all who let held jobs through wait until the end of the transaction, and waits for them.
SELECT pg_advisory_xact_lock(1667785076);
