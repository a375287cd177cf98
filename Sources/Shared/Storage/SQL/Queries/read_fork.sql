-- Reads what a job of a forked run takes over, and what the job that it takes over takes over itself.
--
--   $1 job_id bigint
--
-- Returns no row when its run is no fork; else, in the order of depth, one for each fork that lies behind it, its own first: the
-- source's run, its job of the same name (NULL when it has none), and, for the job where the fork leaves the way of its source, how;
-- for all others inherits is all. What a source took over before it began afresh is none of its own any more.
WITH RECURSIVE line AS (
    SELECT 1 AS depth, job.run_id, job.name, job.item_index
    FROM chassis.job WHERE job.job_id = $1::bigint
    UNION ALL
    SELECT line.depth + 1, source.run_id, source.name, source.item_index
    FROM line
    JOIN chassis.fork ON fork.run_id = line.run_id
    JOIN chassis.job AS source ON source.run_id = fork.source_run_id AND source.name = line.name
        AND source.item_index IS NOT DISTINCT FROM line.item_index
    WHERE NOT EXISTS (SELECT FROM chassis.fresh_start WHERE fresh_start.job_id = source.job_id)
)
SELECT line.depth, fork.source_run_id,
       source.job_id AS source_job_id,
       CASE WHEN fork.job = line.name THEN fork.step END AS step,
       CASE WHEN fork.job = line.name THEN fork.inherits ELSE 'all' END AS inherits,
       CASE WHEN fork.job = line.name THEN fork.through END AS through,
       CASE WHEN fork.job = line.name THEN fork.edit ELSE '{}' END::text AS edit,
       CASE WHEN fork.job = line.name THEN fork.cut END::text AS cut
FROM line
JOIN chassis.fork ON fork.run_id = line.run_id
LEFT JOIN chassis.job AS source ON source.run_id = fork.source_run_id AND source.name = line.name
    AND source.item_index IS NOT DISTINCT FROM line.item_index
ORDER BY line.depth;
