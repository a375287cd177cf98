-- Reads how other jobs of a run ended.
--
--   $1 run_id bigint
--   $2 names text[]: of these jobs; NULL for all
--
-- Returns a row for each of them that has ended; has_begun when a worker has held it.
SELECT job.name, done.state, done.attempt > 0 AS has_begun, done.output::text AS output, done.output_blob
FROM chassis.job JOIN chassis.done USING (job_id)
WHERE job.run_id = $1::bigint AND job.parent_job_id IS NULL AND ($2::text[] IS NULL OR job.name = ANY ($2::text[]));
