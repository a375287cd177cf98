-- Makes migrations wait for each other until the end of the transaction.
SELECT pg_advisory_xact_lock(1667785075, 0);
