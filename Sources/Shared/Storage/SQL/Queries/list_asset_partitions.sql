-- Lists the partitions of an asset, those that were brought up to date last first.
--
--   $1 name text, $2 limit integer: how many at most
--
-- Returns a row for each; times in microseconds since 1970.
SELECT team, partition, updates, event_id, (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us
FROM chassis.asset_partition
WHERE name = $1::text
ORDER BY asset_partition.updated_at DESC, partition
LIMIT $2::integer;
