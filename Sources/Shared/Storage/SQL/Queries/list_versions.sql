-- Lists the versions of a workflow, the newest first, at most 100.
--
--   $1 name text
--
-- Returns each with its last run; times in microseconds since 1970.
SELECT number, (extract(epoch FROM workflow_version.created_at) * 1000000)::bigint AS created_us,
       version_id IS NOT DISTINCT FROM deployed_version_id AS is_deployed,
       version_id IS NOT DISTINCT FROM deployed_version_id AND pinned_at IS NOT NULL AS is_pinned,
       (SELECT max(run_id) FROM chassis.run WHERE run.version_id = workflow_version.version_id) AS last_run_id
FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id)
WHERE workflow.name = $1::text
ORDER BY number DESC
LIMIT 100;
