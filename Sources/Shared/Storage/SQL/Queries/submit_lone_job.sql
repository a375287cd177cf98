-- Starts a run of one job, as submit_run does for any: most runs have one, and this takes the server half as long.
--
--   $1 workflow text: its name, $2 team text, $3 params text: JSON, $4 idempotency_key text: or NULL
--   $5 name text, $6 kind text, $7 queue text, $8 priority smallint: of the job, which has no gate and whose failure counts
--   $9 now timestamptz: NULL for the database's clock
--   $10 source_sha256 bytea: of the workflow file, whose version must be there
--   $11 requested_by text: who asks for it, or NULL
--
-- Returns the run's id; nothing where submit_run returns nothing.
WITH new_run AS (
    INSERT INTO chassis.run (version_id, team, params, idempotency_key, requested_by, created_at)
    SELECT version_id, $2::text, $3::jsonb, $4::text, $11::text, coalesce($9::timestamptz, now())
    FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id)
    WHERE workflow.name = $1::text AND source_sha256 = $10::bytea AND spare_at IS NULL
      AND workflow.runs_paused_at IS NULL
      AND NOT EXISTS (SELECT FROM chassis.team_weight WHERE team = $2::text)
    ON CONFLICT DO NOTHING
    RETURNING run_id
), live AS (
    INSERT INTO chassis.live_run (run_id, unfinished, jobs)
    SELECT run_id, 1, 1 FROM new_run
), new_job AS (
    INSERT INTO chassis.job (run_id, position, name, kind, is_needed, is_judged, is_decisive)
    SELECT run_id, 0, $5::text, $6::text, false, false, true FROM new_run
    RETURNING job_id, run_id
), pending AS (
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses)
    SELECT job_id, run_id, $7::text, $8::smallint, coalesce($9::timestamptz, now()),
           -- What the function next_place says, without the price of a call.
           coalesce(
               (SELECT ready.place + 1
                FROM chassis.ready
                WHERE ready.queue = $7::text AND ready.priority = $8::smallint AND ready.line_end = $2::text
                ORDER BY ready.queue DESC, ready.priority DESC, ready.line_end DESC, ready.place DESC
                LIMIT 1),
               (SELECT ready.place
                FROM chassis.ready
                WHERE ready.queue = $7::text AND -ready.priority::integer = -($8::smallint)::integer
                ORDER BY ready.queue, -ready.priority::integer, ready.place
                LIMIT 1),
               (extract(epoch FROM coalesce($9::timestamptz, now())) * 1000000)::bigint),
           $2::text, 1, 0, 0, 0
    FROM new_job
)
SELECT run_id FROM new_run;
