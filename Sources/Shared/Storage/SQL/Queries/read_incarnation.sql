-- Tells one life of the server from the next: advisory locks do not outlive it.
--
-- Returns one row. The time changes with a start, the name with a crash recovery or a failover.
SELECT extract(epoch FROM pg_postmaster_start_time())::text || '/' || incarnation.name AS incarnation
FROM chassis.incarnation;
