-- Reads what a fork of a run starts from.
--
--   $1 run_id bigint
--   $2 job text: the name of one of its jobs, or NULL
--
-- Returns one row, or none when there is no such run: its workflow, the source of its version, its team and params, and
-- the job's id (NULL when it has none of that name).
SELECT workflow.name AS workflow, workflow_version.source, workflow_version.number, run.team,
       run.params::text AS params, job.job_id
FROM chassis.run
JOIN chassis.workflow_version USING (version_id)
JOIN chassis.workflow USING (workflow_id)
LEFT JOIN chassis.job ON job.run_id = run.run_id AND job.name = $2::text AND job.parent_job_id IS NULL
WHERE run.run_id = $1::bigint;
