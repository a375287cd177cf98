-- Lists the unfinished runs that are paused, themselves or with their workflow.
--
-- Returns run_id of each.
SELECT run_id FROM chassis.live_run WHERE paused_at IS NOT NULL
UNION
SELECT live_run.run_id
FROM chassis.workflow
JOIN chassis.workflow_version USING (workflow_id)
JOIN chassis.run USING (version_id)
JOIN chassis.live_run USING (run_id)
WHERE workflow.runs_paused_at IS NOT NULL;
