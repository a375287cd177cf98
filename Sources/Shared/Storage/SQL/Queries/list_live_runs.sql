-- Lists runs that have not ended, newest first.
--
--   $1 has_started boolean: whether a job of the run was ever claimed, or has ended
--   $2 workflow text: its name, or NULL for all
--   $3 before bigint: only runs with smaller ids, or NULL
--   $4 page_size integer
--
-- Returns run_id. Walks the primary key of live_run backwards until the page is full.
SELECT live_run.run_id
FROM chassis.live_run
WHERE live_run.run_id < coalesce($3::bigint, 9223372036854775807)
  AND $1::boolean = (
      live_run.unfinished < live_run.jobs
      OR live_run.run_id IN (SELECT lease.run_id FROM chassis.lease)
      OR EXISTS (SELECT FROM chassis.ready WHERE ready.run_id = live_run.run_id AND ready.epoch > 0)
      OR EXISTS (SELECT FROM chassis.waiting WHERE waiting.run_id = live_run.run_id AND waiting.epoch > 0))
  AND ($2::text IS NULL
       OR $2::text = (SELECT workflow.name
                      FROM chassis.run
                      JOIN chassis.workflow_version USING (version_id)
                      JOIN chassis.workflow USING (workflow_id)
                      WHERE run.run_id = live_run.run_id))
ORDER BY live_run.run_id DESC
LIMIT $4::integer;
