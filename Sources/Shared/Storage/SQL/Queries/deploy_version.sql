-- Makes a version of a workflow the deployed one, and drops its schedules that the version does not have.
--
--   $1 name text, $2 version_id bigint, $3 schedules text[]: the names of those it has
--   $4 now timestamptz: NULL for the database's clock
WITH deployed AS (
    UPDATE chassis.workflow SET deployed_version_id = $2::bigint WHERE name = $1::text RETURNING workflow_id
)
UPDATE chassis.schedule SET removed_at = coalesce($4::timestamptz, now())
FROM deployed
WHERE schedule.workflow_id = deployed.workflow_id AND schedule.name <> ALL ($3::text[]) AND removed_at IS NULL;
