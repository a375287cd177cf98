-- Reads the file of a version.
--
--   $1 version_id bigint
--
-- Returns one row, or none when there is no such version.
SELECT workflow.name, number, source
FROM chassis.workflow_version JOIN chassis.workflow USING (workflow_id)
WHERE version_id = $1::bigint;
