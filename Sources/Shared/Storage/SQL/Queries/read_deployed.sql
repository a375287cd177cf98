-- Reads the files of workflows as they are deployed.
--
--   $1 names text[]
--
-- Returns a row for each that is deployed.
SELECT workflow.name, source
FROM chassis.workflow JOIN chassis.workflow_version ON version_id = deployed_version_id
WHERE workflow.name = ANY ($1::text[]);
