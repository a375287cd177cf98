-- Keeps a version of a workflow, or finds the one with the same content, which is spare no more. Follows add_workflow in its transaction, so
-- that no number is given twice.
--
--   $1 name text, $2 source text, $3 source_sha256 bytea
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns its id and number.
WITH named AS (
    SELECT workflow_id FROM chassis.workflow WHERE name = $1::text
), added AS (
    INSERT INTO chassis.workflow_version (workflow_id, number, source_sha256, source, created_at)
    SELECT workflow_id,
           (SELECT coalesce(max(number), 0) + 1 FROM chassis.workflow_version AS other
            WHERE other.workflow_id = named.workflow_id),
           $3::bytea, $2::text, coalesce($4::timestamptz, now())
    FROM named
    ON CONFLICT (workflow_id, source_sha256) DO UPDATE SET spare_at = NULL WHERE workflow_version.spare_at IS NOT NULL
    RETURNING version_id, number
)
SELECT version_id, number FROM added
UNION ALL
SELECT version_id, number FROM chassis.workflow_version JOIN named USING (workflow_id) WHERE source_sha256 = $3::bytea
LIMIT 1;
