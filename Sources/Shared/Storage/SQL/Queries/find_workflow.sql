-- Finds a version of a workflow.
--
--   $1 name text
--   $2 number integer: NULL for the newest
--
-- Returns one row with its file, or none.
SELECT workflow_version.number, workflow_version.source
FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id)
WHERE workflow.name = $1::text AND ($2::integer IS NULL OR workflow_version.number = $2::integer)
ORDER BY workflow_version.number DESC
LIMIT 1;
