-- Finds the run that was submitted with an idempotency key.
--
--   $1 team text, $2 idempotency_key text
--
-- Returns its id, or nothing.
SELECT run_id FROM chassis.run WHERE team = $1::text AND idempotency_key = $2::text;
