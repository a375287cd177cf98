-- Deletes versions of workflows that nobody uses any more: old ones, with a newer one behind them, of which there is no run,
-- trigger or backfill, which are not deployed, and which no other version names.
--
--   $1 after bigint: looks at versions behind this one
--   $2 limit integer: at how many
--   $3 retention_us bigint: how old they are at least, in microseconds
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns one row: the last version that was looked at, NULL when none was, and how many are gone.
--
-- One that is not used is first noted as spare, after which submit_run takes it for missing and add_workflow_version for
-- used. It goes ten minutes later, longer than any statement may run that saw it before. Waits for nobody.
WITH page AS (
    SELECT version_id, workflow_id, number, created_at, spare_at
    FROM chassis.workflow_version
    WHERE version_id > $1::bigint
    ORDER BY version_id
    LIMIT $2::integer
), judged AS (
    SELECT version_id, spare_at IS NOT NULL AS is_noted,
           created_at < coalesce($4::timestamptz, now()) - $3::bigint * interval '1 microsecond'
           AND EXISTS (SELECT FROM chassis.workflow_version AS newer
                       WHERE newer.workflow_id = page.workflow_id AND newer.number > page.number)
           AND NOT EXISTS (SELECT FROM chassis.workflow
                           WHERE workflow.workflow_id = page.workflow_id AND deployed_version_id = page.version_id)
           AND NOT EXISTS (SELECT FROM chassis.run WHERE run.version_id = page.version_id)
           -- A scheduler of before deletes versions and not what they need.
           AND NOT EXISTS (SELECT FROM chassis.version_need JOIN chassis.workflow ON workflow.name = version_need.workflow
                           JOIN chassis.workflow_version AS needing ON needing.version_id = version_need.version_id
                           WHERE workflow.workflow_id = page.workflow_id AND version_need.number = page.number)
           AND version_id NOT IN (SELECT version_id FROM chassis.schedule)
           AND version_id NOT IN (SELECT version_id FROM chassis.event_trigger)
           AND version_id NOT IN (SELECT version_id FROM chassis.backfill) AS is_unused
    FROM page
), locked AS (
    SELECT workflow_version.version_id, workflow_version.spare_at, is_unused
    FROM judged JOIN chassis.workflow_version USING (version_id)
    WHERE is_unused OR is_noted
    FOR UPDATE OF workflow_version SKIP LOCKED
), noted AS (
    -- One that is used after all was taken by a statement that saw it before it was noted.
    UPDATE chassis.workflow_version SET spare_at = CASE WHEN is_unused THEN coalesce($4::timestamptz, now()) END
    FROM locked
    WHERE workflow_version.version_id = locked.version_id AND is_unused = (locked.spare_at IS NULL)
), pruned AS (
    DELETE FROM chassis.workflow_version USING locked
    WHERE workflow_version.version_id = locked.version_id AND is_unused
      AND locked.spare_at < coalesce($4::timestamptz, now()) - interval '10 minutes'
    RETURNING workflow_version.version_id
), pruned_need AS (
    DELETE FROM chassis.version_need USING pruned WHERE version_need.version_id = pruned.version_id
)
SELECT (SELECT max(version_id) FROM page) AS last_id, (SELECT count(*) FROM pruned) AS deleted;
