-- Notes which versions of other workflows a version names by their numbers. Follows add_workflow_version in its transaction.
--
--   $1 name text, $2 source_sha256 bytea: of the version
--   $3 needed text[], $4 numbers integer[]: the names of those workflows, and the numbers
INSERT INTO chassis.version_need (version_id, workflow, number)
SELECT version_id, needed.workflow, needed.number
FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id),
     unnest($3::text[], $4::integer[]) AS needed (workflow, number)
WHERE workflow.name = $1::text AND source_sha256 = $2::bytea
ON CONFLICT DO NOTHING;
