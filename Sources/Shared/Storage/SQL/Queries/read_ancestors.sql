-- Reads the workflows of a run and of the runs that it descends from.
--
--   $1 run_id bigint
--
-- Returns a row for each, the run itself first.
WITH RECURSIVE line (run_id, parent_run_id, version_id, place) AS (
    SELECT run_id, parent_run_id, version_id, 0 FROM chassis.run WHERE run_id = $1::bigint
    UNION ALL
    SELECT run.run_id, run.parent_run_id, run.version_id, line.place + 1
    FROM line JOIN chassis.run ON run.run_id = line.parent_run_id
)
SELECT workflow.name
FROM line JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
ORDER BY line.place;
