-- Has the door look anew at jobs that stand at a pause although neither their run nor its workflow is paused: the net below
-- those who end pauses.
--
-- Returns a row for each. Lock the door first, in the same transaction. Waits for nobody else: jobs that somebody moves just
-- now are left to a later call.
WITH paused AS MATERIALIZED (
    SELECT run_id FROM chassis.live_run WHERE paused_at IS NOT NULL
    UNION
    SELECT live_run.run_id
    FROM chassis.workflow
    JOIN chassis.workflow_version USING (workflow_id)
    JOIN chassis.run USING (version_id)
    JOIN chassis.live_run USING (run_id)
    WHERE workflow.runs_paused_at IS NOT NULL
)
UPDATE chassis.waiting SET gate_id = NULL
WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM chassis.waiting
    WHERE reason = 'held' AND gate_id = 0 AND run_id NOT IN (SELECT run_id FROM paused)
    FOR UPDATE SKIP LOCKED))
RETURNING job_id;
