-- Lists runs, newest first.
--
--   $1 workflow text: its name, or NULL for all
--   $2 before bigint: only runs with smaller ids, or NULL
--   $3 page_size integer
--
-- Returns run_id. Walks the primary key backwards until the page is full.
SELECT run.run_id
FROM chassis.run
WHERE run.run_id < coalesce($2::bigint, 9223372036854775807)
  AND ($1::text IS NULL
       OR run.version_id IN (SELECT version_id
                             FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id)
                             WHERE workflow.name = $1::text))
ORDER BY run.run_id DESC
LIMIT $3::integer;
