-- Locks a workflow against other deployments.
--
--   $1 name text
--
-- Returns one row, or none when there is no such workflow: the number of its deployed version or NULL, whether that is
-- pinned, and the time by the database's clock in microseconds since 1970.
SELECT number, pinned_at IS NOT NULL AS is_pinned, (extract(epoch FROM now()) * 1000000)::bigint AS now_us
FROM chassis.workflow LEFT JOIN chassis.workflow_version ON version_id = deployed_version_id
WHERE workflow.name = $1::text
FOR UPDATE OF workflow;
