-- Locks a connection's gate, and makes it where there is none: one call is let in after the other.
--
--   $1 connection text
--
-- Waits for whoever holds it. A statement behind it, in the same transaction, sees all calls that were let in before.
INSERT INTO chassis.connection_gate (connection) VALUES ($1::text)
ON CONFLICT (connection) DO UPDATE SET connection = excluded.connection;
