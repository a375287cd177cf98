-- Starts a run: its row, its jobs, what they need, and each of them in its room.
--
--   $1 workflow text: its name, $2 team text, $3 params text: JSON, $4 idempotency_key text: or NULL
--   $5 names text[], $6 kinds text[], $7 queues text[], $8 priorities smallint[]: one of each a job
--   $9 missing integer[]: how many jobs each one needs
--   $10 needing integer[], $11 needed integer[]: pairs of places in those arrays, counted from 1
--   $12 now timestamptz: NULL for the database's clock
--   $13 source_sha256 bytea: of the workflow file, whose version must be there
--   $14 line_queues text[], $15 line_priorities smallint[]: of the lines that jobs which need nothing join
--   $16 line_jobs integer[]: how many join each of them
--   $17 lines integer[], $18 numbers integer[]: the line of each job, counted from 1, and how many join it before
--   $19 are_needed boolean[]: whether other jobs need them, one of each a job
--   $20 requested_by text: who asks for it, or NULL
--   $21 rules text[]: as in job, $22 are_judged boolean[], $23 are_decisive boolean[]: one of each a job, or all three
--       NULL when no job has a rule and all failures count
--   $24 are_held boolean: whether the jobs that have gates need one job more than they do; hold_jobs takes it off
--
-- Returns the run's id; nothing when there is no such version or it is spare, which add_workflow_version mends, when the idempotency
-- key names a run already, which find_run_by_key finds, or when the workflow is paused or the team has a weight, and $24
-- is not true.
WITH new_run AS (
    INSERT INTO chassis.run (version_id, team, params, idempotency_key, requested_by, created_at)
    SELECT version_id, $2::text, $3::jsonb, $4::text, $20::text, coalesce($12::timestamptz, now())
    FROM chassis.workflow JOIN chassis.workflow_version USING (workflow_id)
    WHERE workflow.name = $1::text AND source_sha256 = $13::bytea AND spare_at IS NULL
      AND ($24::boolean OR workflow.runs_paused_at IS NULL
           AND NOT EXISTS (SELECT FROM chassis.team_weight WHERE team = $2::text))
    ON CONFLICT DO NOTHING
    RETURNING run_id
), live AS (
    INSERT INTO chassis.live_run (run_id, unfinished, jobs)
    SELECT run_id, cardinality($5::text[]), cardinality($5::text[]) FROM new_run
), given AS (
    SELECT *
    FROM unnest($5::text[], $6::text[], $7::text[], $8::smallint[], $9::integer[], $17::integer[], $18::integer[],
                $19::boolean[], $21::text[], $22::boolean[], $23::boolean[])
        WITH ORDINALITY AS given (name, kind, queue, priority, missing, line, number, is_needed, rule, is_judged,
                                  is_decisive, position)
), new_job AS (
    INSERT INTO chassis.job (run_id, position, name, kind, is_needed, rule, is_judged, is_decisive)
    SELECT run_id, position - 1, name, kind, is_needed, rule, coalesce(is_judged, false), coalesce(is_decisive, true)
    FROM new_run, given ORDER BY position
    RETURNING job_id, run_id, position + 1 AS position
), edges AS (
    INSERT INTO chassis.need (needs_job_id, job_id)
    SELECT upstream.job_id, downstream.job_id
    FROM unnest($10::integer[], $11::integer[]) AS edge (needing, needed)
    JOIN new_job AS downstream ON downstream.position = edge.needing
    JOIN new_job AS upstream ON upstream.position = edge.needed
), pending AS (
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses)
    SELECT job_id, run_id, queue, priority, coalesce($12::timestamptz, now()),
           -- For the first line, mostly the only one, what the function next_place says, without the price of a call.
           -- For all lines it would look so dear that the statement would be planned anew each time.
           CASE line WHEN 1 THEN (
               SELECT coalesce(
                   (SELECT ready.place + 1
                    FROM chassis.ready
                    WHERE ready.queue = ($14::text[])[1] AND ready.priority = ($15::smallint[])[1]
                      AND ready.line_end = $2::text
                    ORDER BY ready.queue DESC, ready.priority DESC, ready.line_end DESC, ready.place DESC
                    LIMIT 1),
                   (SELECT ready.place
                    FROM chassis.ready
                    WHERE ready.queue = ($14::text[])[1] AND -ready.priority::integer = -(($15::smallint[])[1])::integer
                    ORDER BY ready.queue, -ready.priority::integer, ready.place
                    LIMIT 1),
                   (extract(epoch FROM coalesce($12::timestamptz, now())) * 1000000)::bigint))
           ELSE (ARRAY(
               SELECT chassis.next_place(queue, priority, $2::text, $12::timestamptz)
               FROM unnest(($14::text[])[2:], ($15::smallint[])[2:]) AS head (queue, priority)))[line - 1]
           END + number,
           CASE WHEN number + 1 = ($16::integer[])[line] THEN $2::text END, 1, 0, 0, 0
    FROM new_job JOIN given USING (position)
    WHERE missing = 0
), blocked AS (
    INSERT INTO chassis.waiting
        (job_id, run_id, reason, missing, queue, priority, attempt, epoch, failures, losses, rule)
    SELECT job_id, run_id, 'blocked', missing, queue, priority, 1, 0, 0, 0, rule
    FROM new_job JOIN given USING (position)
    WHERE missing > 0
)
SELECT run_id FROM new_run;
