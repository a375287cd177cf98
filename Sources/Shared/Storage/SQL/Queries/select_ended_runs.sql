-- Selects runs that ended in one of some ways, newest first.
--
--   $1 workflow text, $2 team text: or NULL for all
--   $3 keys text[], $4 values text[]: params that they have, each as its text
--   $5 older_us bigint: submitted at least so long ago, in microseconds, or NULL
--   $6 before bigint: only runs with smaller ids, or NULL
--   $7 states text[]: how they ended
--   $8 limit integer
--   $9 now timestamptz: NULL for the database's clock
--
-- Returns run_id. Locks nothing.
SELECT ended_run.run_id
FROM chassis.ended_run
JOIN chassis.run USING (run_id)
JOIN chassis.workflow_version USING (version_id)
JOIN chassis.workflow USING (workflow_id)
WHERE ended_run.run_id < coalesce($6::bigint, 9223372036854775807)
  AND ended_run.state = ANY ($7::text[])
  AND ($1::text IS NULL OR workflow.name = $1::text)
  AND ($2::text IS NULL OR run.team = $2::text)
  AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS given (key, value)
                  WHERE run.params ->> key IS DISTINCT FROM value)
  AND ($5::bigint IS NULL OR run.created_at <= coalesce($9::timestamptz, now()) - $5::bigint * interval '1 microsecond')
ORDER BY ended_run.run_id DESC
LIMIT $8::integer;
