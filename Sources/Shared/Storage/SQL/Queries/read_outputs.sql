-- Reads how the other jobs of a run ended.
--
--   $1 run_id bigint
--
-- Returns a row for each job that succeeded.
SELECT job.name, done.output::text AS output, done.output_blob
FROM chassis.job JOIN chassis.done USING (job_id)
WHERE job.run_id = $1::bigint AND done.state = 'succeeded';
