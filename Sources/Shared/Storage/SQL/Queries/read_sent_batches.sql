-- Reads what the provider of a connection calls the batches that are known to be sent, of the last month.
--
--   $1 connection text
SELECT provider_id
FROM chassis.batch
WHERE connection = $1::text AND provider_id IS NOT NULL AND made_at > now() - interval '31 days';
