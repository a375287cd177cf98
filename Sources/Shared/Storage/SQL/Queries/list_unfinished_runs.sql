-- Lists the unfinished runs of a workflow.
--
--   $1 name text
--
-- Returns run_id of each, in their order.
SELECT live_run.run_id
FROM chassis.workflow
JOIN chassis.workflow_version USING (workflow_id)
JOIN chassis.run USING (version_id)
JOIN chassis.live_run USING (run_id)
WHERE workflow.name = $1::text
ORDER BY live_run.run_id;
