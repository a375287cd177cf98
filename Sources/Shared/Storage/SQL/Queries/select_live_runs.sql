-- Selects runs that have not ended, newest first.
--
--   $1 workflow text, $2 team text: or NULL for all
--   $3 keys text[], $4 values text[]: params that they have, each as its text
--   $5 older_us bigint: submitted at least so long ago, in microseconds, or NULL
--   $6 before bigint: only runs with smaller ids, or NULL
--   $7 has_started boolean: whether a job of the run was ever claimed, or has ended; or NULL
--   $8 is_cancellable boolean: leave out those that were cancelled already
--   $9 limit integer
--   $10 now timestamptz: NULL for the database's clock
--
-- Returns run_id. Locks nothing.
SELECT live_run.run_id
FROM chassis.live_run
JOIN chassis.run USING (run_id)
JOIN chassis.workflow_version USING (version_id)
JOIN chassis.workflow USING (workflow_id)
WHERE live_run.run_id < coalesce($6::bigint, 9223372036854775807)
  AND ($1::text IS NULL OR workflow.name = $1::text)
  AND ($2::text IS NULL OR run.team = $2::text)
  AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS given (key, value)
                  WHERE run.params ->> key IS DISTINCT FROM value)
  AND ($5::bigint IS NULL
       OR run.created_at <= coalesce($10::timestamptz, now()) - $5::bigint * interval '1 microsecond')
  AND NOT ($8::boolean AND live_run.cancelled_at IS NOT NULL)
  AND ($7::boolean IS NULL OR $7::boolean = (
      live_run.unfinished < live_run.jobs
      OR EXISTS (SELECT FROM chassis.job JOIN chassis.lease USING (job_id) WHERE job.run_id = live_run.run_id)
      OR EXISTS (SELECT FROM chassis.ready WHERE ready.run_id = live_run.run_id AND ready.epoch > 0)
      OR EXISTS (SELECT FROM chassis.waiting WHERE waiting.run_id = live_run.run_id AND waiting.epoch > 0)))
ORDER BY live_run.run_id DESC
LIMIT $9::integer;
