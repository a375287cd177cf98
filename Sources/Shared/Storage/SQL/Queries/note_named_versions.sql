-- Notes which versions of other workflows a version names by their numbers. Follows add_workflow_version in its transaction.
-- Those that were noted as spare are so no more; waits for whoever deletes one just now.
--
--   $1 name text, $2 source_sha256 bytea: of the version
--   $3 needed text[], $4 numbers integer[]: the names of those workflows, and the numbers
WITH used AS (
    -- As by a run: one that was noted as spare, and sees no need yet that is not committed, would go.
    UPDATE chassis.workflow_version SET spare_at = NULL
    FROM chassis.workflow, unnest($3::text[], $4::integer[]) AS needed (name, number)
    WHERE workflow_version.workflow_id = workflow.workflow_id AND workflow.name = needed.name
      AND workflow_version.number = needed.number AND workflow_version.spare_at IS NOT NULL
)
INSERT INTO chassis.version_need (version_id, workflow, number)
SELECT version_id, needed.workflow, needed.number
FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id),
     unnest($3::text[], $4::integer[]) AS needed (workflow, number)
WHERE workflow.name = $1::text AND source_sha256 = $2::bytea
ON CONFLICT DO NOTHING;
