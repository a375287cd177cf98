-- Has the door look anew at jobs that stand at a pause although neither their run nor its workflow is paused: the net below
-- those who end pauses.
--
-- Returns a row for each. Lock the door first, in the same transaction. Waits for nobody else: jobs that somebody moves just
-- now are left to a later call.
UPDATE chassis.waiting SET gate_id = NULL
WHERE ctid = ANY (ARRAY (
    SELECT waiting.ctid FROM chassis.waiting
    JOIN chassis.live_run USING (run_id) JOIN chassis.run USING (run_id)
    JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
    WHERE reason = 'held' AND gate_id = 0 AND paused_at IS NULL AND runs_paused_at IS NULL
    FOR UPDATE OF waiting SKIP LOCKED))
RETURNING job_id;
