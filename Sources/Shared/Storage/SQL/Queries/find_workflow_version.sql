-- Finds the version of a workflow that has this very content.
--
--   $1 name text, $2 source_sha256 bytea
--
-- Returns its id and number, or nothing.
SELECT version_id, number
FROM chassis.workflow_version JOIN chassis.workflow USING (workflow_id)
WHERE name = $1::text AND source_sha256 = $2::bytea;
