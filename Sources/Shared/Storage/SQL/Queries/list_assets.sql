-- Lists the assets that were ever brought up to date, by name.
--
--   $1 name text: only this one, or NULL for all
--   $2 limit integer: how many at most
--
-- Returns a row for each name and team; times in microseconds since 1970.
SELECT team, name, count(*) FILTER (WHERE partition <> '') AS partitions, sum(updates)::bigint AS updates,
       max(event_id) AS event_id, (extract(epoch FROM max(updated_at)) * 1000000)::bigint AS updated_us
FROM chassis.asset_partition
WHERE $1::text IS NULL OR name = $1::text
GROUP BY team, name
ORDER BY name, team
LIMIT $2::integer;
