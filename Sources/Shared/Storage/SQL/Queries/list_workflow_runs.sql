-- Lists runs of one workflow, newest first.
--
--   $1 workflow text: its name
--   $2 before bigint: only runs with smaller ids, or NULL
--   $3 page_size integer
--
-- Returns run_id. Takes a page of each version from the index, and of these the newest.
SELECT newest.run_id
FROM chassis.workflow
JOIN chassis.workflow_version USING (workflow_id)
CROSS JOIN LATERAL (
    SELECT run.run_id
    FROM chassis.run
    WHERE run.version_id = workflow_version.version_id AND run.run_id < coalesce($2::bigint, 9223372036854775807)
    ORDER BY run.version_id DESC, run.run_id DESC
    LIMIT $3::integer
) AS newest
WHERE workflow.name = $1::text
ORDER BY newest.run_id DESC
LIMIT $3::integer;
