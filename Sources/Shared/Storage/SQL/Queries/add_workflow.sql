-- Finds or makes a workflow, and has others who add a version of it wait until the end of the transaction.
--
--   $1 name text
--   $2 now timestamptz: NULL for the database's clock
INSERT INTO chassis.workflow (name, created_at)
VALUES ($1::text, coalesce($2::timestamptz, now()))
ON CONFLICT (name) DO UPDATE SET name = excluded.name;
