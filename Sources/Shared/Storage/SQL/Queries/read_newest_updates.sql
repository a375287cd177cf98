-- The newest update of each of some assets in a partition, as far as it is kept.
--
--   $1 team text, $2 names text[]: of the assets, $3 partition text
--
-- Returns them as events.
SELECT event.event_id, event.team, event.name, event.key, event.data::text AS data, event.source, event.run_id,
       (extract(epoch FROM event.at) * 1000000)::bigint AS at_us
FROM chassis.asset_partition JOIN chassis.event USING (event_id)
WHERE asset_partition.team = $1::text AND asset_partition.name = ANY ($2::text[]) AND partition = $3::text;
