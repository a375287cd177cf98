-- Finds or makes the row that all submissions of a workflow with one key share, and has others who submit with it wait until
-- the end of the transaction.
--
--   $1 workflow text, $2 team text, $3 key text
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns one row: the last run that was started with the key, or NULL. Whether it still lives is for a later statement to
-- find out, which sees what this one has waited for.
INSERT INTO chassis.run_start (workflow, team, key, first_at)
VALUES ($1::text, $2::text, $3::text, coalesce($4::timestamptz, now()))
ON CONFLICT (workflow, team, key) DO UPDATE SET key = excluded.key
RETURNING run_id;
