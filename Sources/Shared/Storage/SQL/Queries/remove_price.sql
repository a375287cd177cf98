-- Removes all prices that were set for a model.
--
--   $1 provider text, $2 model text
--
-- Returns a row for each.
DELETE FROM chassis.price WHERE provider = $1::text AND model = $2::text RETURNING provider;
