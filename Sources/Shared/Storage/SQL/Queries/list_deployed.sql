-- The workflows that are deployed, and those of the given names, locked against other deployments.
--
--   $1 names text[]
--
-- Returns the name, the digest of the deployed version in hexadecimal or NULL, its number, whether it is pinned, and the
-- time by the database's clock in microseconds since 1970.
SELECT workflow.name, encode(source_sha256, 'hex') AS sha256, number, pinned_at IS NOT NULL AS is_pinned,
       (extract(epoch FROM now()) * 1000000)::bigint AS now_us
FROM chassis.workflow LEFT JOIN chassis.workflow_version ON version_id = deployed_version_id
WHERE deployed_version_id IS NOT NULL OR workflow.name = ANY ($1::text[])
ORDER BY workflow.name
FOR UPDATE OF workflow;
