-- Counts the items of a run's mapped jobs anew that go on after retry_run.
--
--   $1 run_id bigint
--
-- Returns a row for each of them. Follow with follow_items: items of maps with a limit wait for it. Lock the run first.
WITH revived AS (
    UPDATE chassis.map
    SET unfinished = items - expanded + counts.unfinished, succeeded = counts.succeeded, failed = 0, skipped = 0,
        active = CASE WHEN at_once IS NULL THEN counts.unfinished ELSE 0 END, next_index = 0, is_stopped = false
    FROM (SELECT map.job_id, count(*) FILTER (WHERE job.job_id IS NOT NULL AND done.job_id IS NULL) AS unfinished,
                 count(*) FILTER (WHERE done.state = 'succeeded') AS succeeded
          FROM chassis.map LEFT JOIN chassis.job ON job.parent_job_id = map.job_id
          LEFT JOIN chassis.done ON done.job_id = job.job_id
          WHERE map.run_id = $1::bigint
            AND NOT EXISTS (SELECT FROM chassis.done AS ended WHERE ended.job_id = map.job_id)
          GROUP BY map.job_id) AS counts
    WHERE map.job_id = counts.job_id
    RETURNING map.job_id
)
SELECT job_id FROM revived;
