-- Reads the prices that are in effect now.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns a row for each provider and model.
SELECT DISTINCT ON (provider, model) provider, model, price::text AS price
FROM chassis.price
WHERE effective_from <= coalesce($1::timestamptz, now())
ORDER BY provider, model, effective_from DESC;
