-- Ends those of the given runs that have no unfinished job left.
--
--   $1 run_ids bigint[]
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each run ended, with the job that waits for it or NULL: resume that one after the commit. Does nothing
-- when done again. Lock the runs with lock_live_runs first.
WITH ended AS (
    DELETE FROM chassis.live_run
    WHERE run_id = ANY ($1::bigint[]) AND unfinished = 0
    RETURNING run_id, parent_job_id, has_notice,
              CASE WHEN unsuccessful = 0 THEN 'succeeded' WHEN cancelled_at IS NOT NULL AND NOT is_late THEN 'cancelled'
                   ELSE 'failed' END AS state
), recorded AS (
    INSERT INTO chassis.ended_run (run_id, state, ended_at)
    SELECT run_id, state, coalesce($2::timestamptz, now()) FROM ended
), told AS (
    -- Should nobody resume it after the commit, a job that waits for the run is due: no other run is locked for that.
    UPDATE chassis.waiting
    SET due_at = coalesce($2::timestamptz, now())
    WHERE job_id IN (SELECT parent_job_id FROM ended WHERE parent_job_id IS NOT NULL) AND reason = 'suspended'
), noticed AS (
    INSERT INTO chassis.outbox (event, body, created_at, next_at)
    SELECT 'run.' || state,
           jsonb_build_object('run', ended.run_id, 'workflow', workflow.name, 'version', workflow_version.number,
                              'team', run.team, 'state', state, 'requested_by', run.requested_by,
                              'created_at', run.created_at, 'ended_at', coalesce($2::timestamptz, now())),
           coalesce($2::timestamptz, now()), coalesce($2::timestamptz, now())
    FROM ended
    JOIN chassis.notice ON notice.run_id = ended.run_id AND state = ANY (endings)
    JOIN chassis.run ON run.run_id = ended.run_id
    JOIN chassis.workflow_version USING (version_id)
    JOIN chassis.workflow USING (workflow_id)
    WHERE has_notice
)
SELECT run_id, state, parent_job_id FROM ended;
