-- Adds up the ledger.
--
--   $1 by text: team, workflow, model, connection or day
--   $2 from_us bigint, $3 to_us bigint: microseconds since 1970, the second not included; or NULL
--   $4 team text: or NULL for all
--
-- Returns a row for each name, the dearest first, days in their order. Days are in UTC. The name is empty where an entry
-- has none: what was replayed belongs to no model. Entries are added up at the time at which they were written.
SELECT CASE $1::text WHEN 'team' THEN team WHEN 'workflow' THEN workflow WHEN 'model' THEN coalesce(model, '')
                     WHEN 'connection' THEN coalesce(connection, '')
                     ELSE to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') END AS name,
       count(*) FILTER (WHERE kind IN ('settled', 'found')) AS calls,
       count(*) FILTER (WHERE kind = 'unknown') - count(*) FILTER (WHERE kind = 'found') AS unknown_calls,
       coalesce(sum(paid_micro_usd), 0)::bigint AS paid_micro_usd,
       coalesce(sum(unknown_micro_usd), 0)::bigint AS unknown_micro_usd,
       coalesce(sum(reserved_micro_usd), 0)::bigint AS reserved_micro_usd,
       coalesce(sum(saved_micro_usd), 0)::bigint AS saved_micro_usd,
       count(*) FILTER (WHERE is_estimated) AS estimated,
       count(*) FILTER (WHERE kind IN ('settled', 'found') AND price IS NULL) AS unpriced,
       count(*) FILTER (WHERE kind = 'settled' AND paid_micro_usd > -reserved_micro_usd AND price IS NOT NULL) AS overruns
FROM chassis.ledger
WHERE ($2::bigint IS NULL OR at >= 'epoch'::timestamptz + $2::bigint * interval '1 microsecond')
  AND ($3::bigint IS NULL OR at < 'epoch'::timestamptz + $3::bigint * interval '1 microsecond')
  AND ($4::text IS NULL OR team = $4::text)
GROUP BY 1
ORDER BY CASE $1::text WHEN 'day' THEN 0 ELSE -sum(paid_micro_usd) END, name;
