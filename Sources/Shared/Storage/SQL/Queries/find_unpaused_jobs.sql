-- Tells whether a job stands at a pause although neither its run nor its workflow is paused. Locks nothing: where there is one,
-- release_unpaused_jobs looks behind the door.
--
-- Returns one row where there is one, none otherwise.
SELECT FROM chassis.waiting
JOIN chassis.live_run USING (run_id) JOIN chassis.run USING (run_id)
JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
WHERE reason = 'held' AND gate_id = 0 AND paused_at IS NULL AND runs_paused_at IS NULL
LIMIT 1;
