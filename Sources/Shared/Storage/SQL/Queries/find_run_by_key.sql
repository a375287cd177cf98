-- Finds the run that was submitted with an idempotency key.
--
--   $1 team text, $2 idempotency_key text
--
-- Returns its id and the name of its workflow, or nothing.
SELECT run.run_id, workflow.name AS workflow
FROM chassis.run
JOIN chassis.workflow_version USING (version_id)
JOIN chassis.workflow USING (workflow_id)
WHERE run.team = $1::text AND run.idempotency_key = $2::text;
