-- Counts jobs off in their runs, and in the jobs that need them, that rescue_jobs failed.
--
--   $1 job_ids bigint[]: the jobs
--
-- Lock the runs with lock_live_runs first; follow with spread_endings.
WITH lost AS MATERIALIZED (
    SELECT job_id, run_id, is_decisive, parent_job_id FROM chassis.job WHERE job_id = ANY ($1::bigint[])
), counted_in_runs AS (
    UPDATE chassis.live_run
    SET unfinished = unfinished - counts.failed, unsuccessful = unsuccessful + counts.decisive
    FROM (SELECT run_id, count(*) AS failed, count(*) FILTER (WHERE is_decisive) AS decisive
          FROM lost GROUP BY run_id) AS counts
    WHERE live_run.run_id = counts.run_id
), counted_in_maps AS (
    UPDATE chassis.map
    SET unfinished = unfinished - counts.failed, active = active - counts.failed, failed = map.failed + counts.failed
    FROM (SELECT parent_job_id, count(*) AS failed FROM lost WHERE parent_job_id IS NOT NULL
          GROUP BY parent_job_id) AS counts
    WHERE map.job_id = counts.parent_job_id
)
UPDATE chassis.waiting
SET missing = missing - counts.failed, failed = waiting.failed + counts.failed
FROM (SELECT need.job_id, count(*) AS failed
      FROM lost JOIN chassis.need ON need.needs_job_id = lost.job_id
      GROUP BY need.job_id) AS counts
WHERE waiting.job_id = counts.job_id AND waiting.reason = 'blocked';
