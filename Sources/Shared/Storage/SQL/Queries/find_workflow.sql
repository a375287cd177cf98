-- Finds a version of a workflow.
--
--   $1 name text
--   $2 number integer: NULL for the one that is pinned, else the newest
--
-- Returns one row with its file, or none.
SELECT workflow_version.number, workflow_version.source
FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id)
WHERE workflow.name = $1::text
  AND CASE WHEN $2::integer IS NOT NULL THEN workflow_version.number = $2::integer
           ELSE workflow.pinned_at IS NULL OR version_id = workflow.deployed_version_id END
ORDER BY workflow_version.number DESC
LIMIT 1;
