-- Lists runs that ended in one way, newest first.
--
--   $1 state text: succeeded, failed or cancelled
--   $2 workflow text: its name, or NULL for all
--   $3 before bigint: only runs with smaller ids, or NULL
--   $4 page_size integer
--
-- Returns run_id. Walks the index by state backwards until the page is full.
SELECT ended_run.run_id
FROM chassis.ended_run
WHERE ended_run.run_id < coalesce($3::bigint, 9223372036854775807)
  AND ended_run.state = $1::text
  AND ($2::text IS NULL
       OR $2::text = (SELECT workflow.name
                      FROM chassis.run
                      JOIN chassis.workflow_version USING (version_id)
                      JOIN chassis.workflow USING (workflow_id)
                      WHERE run.run_id = ended_run.run_id))
ORDER BY ended_run.run_id DESC
LIMIT $4::integer;
