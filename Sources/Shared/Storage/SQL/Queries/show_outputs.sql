-- Reads the outputs of one job of a run, or of those that no other job needs, besides those that always run or follow the
-- run's ending.
--
--   $1 run_id bigint
--   $2 job text: a name, or NULL for the jobs nothing needs
--
-- Returns a row for each of these jobs, in the order of the workflow file; its final state is NULL while it has none.
SELECT job.name, done.state, done.output::text AS output, done.output_blob
FROM chassis.job LEFT JOIN chassis.done USING (job_id)
WHERE job.run_id = $1::bigint AND job.position < 1000000
  AND CASE
          WHEN $2::text IS NULL THEN coalesce(job.rule NOT IN ('always', 'on_failure', 'on_success'), true)
              AND NOT EXISTS (
                  SELECT FROM chassis.need JOIN chassis.job AS needing ON needing.job_id = need.job_id
                  WHERE need.needs_job_id = job.job_id
                    AND coalesce(needing.rule NOT IN ('always', 'on_failure', 'on_success'), true))
          ELSE job.name = $2::text
      END
ORDER BY job.position;
