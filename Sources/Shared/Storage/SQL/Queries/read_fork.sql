-- Reads what a job of a forked run takes over.
--
--   $1 job_id bigint
--
-- Returns one row, or none when its run is no fork: the source's run, its job of the same name (NULL when it has none),
-- and, for the job where the fork leaves the way of its source, how; for all others inherits is all.
SELECT fork.source_run_id,
       source.job_id AS source_job_id,
       CASE WHEN fork.job = job.name THEN fork.step END AS step,
       CASE WHEN fork.job = job.name THEN fork.inherits ELSE 'all' END AS inherits,
       CASE WHEN fork.job = job.name THEN fork.through END AS through,
       CASE WHEN fork.job = job.name THEN fork.edit ELSE '{}' END::text AS edit
FROM chassis.job
JOIN chassis.fork ON fork.run_id = job.run_id
LEFT JOIN chassis.job AS source ON source.run_id = fork.source_run_id AND source.name = job.name
    AND source.item_index IS NOT DISTINCT FROM job.item_index
WHERE job.job_id = $1::bigint;
