-- Adds items of a mapped job, if the caller still holds it and its run was not cancelled; those that are there are left,
-- but for those that stand in no room since their mapped job runs anew: they are items again, each with its epoch.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 first integer: the place of the first of them in the list, counted from 0
--   $4 items text[]: the elements, JSON
--   $5 now timestamptz: NULL for the database's clock
--
-- Returns one row with the item's queue and how many were added; none when the lease was lost or the run was cancelled.
-- Comes behind lock_mapped_job: which rooms items stand in is read before a lock would be had. Follow with follow_items in the same transaction where the map has a limit.
WITH held AS MATERIALIZED (
    SELECT * FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR UPDATE
), live AS MATERIALIZED (
    SELECT live_run.run_id
    FROM chassis.live_run
    WHERE live_run.run_id = (SELECT run_id FROM held)
      AND (cancelled_at IS NULL OR (SELECT rule FROM chassis.job WHERE job.job_id = $1::bigint) = 'always')
    FOR UPDATE
), parent AS MATERIALIZED (
    SELECT job.job_id, job.run_id, job.position, job.name, job.kind, job.rule, held.queue, held.priority,
           held.is_gated, map.at_once, (SELECT team FROM chassis.run WHERE run.run_id = job.run_id) AS team
    FROM held JOIN live USING (run_id) JOIN chassis.job ON job.job_id = held.job_id
    JOIN chassis.map ON map.job_id = job.job_id
), added AS (
    INSERT INTO chassis.job
        (run_id, position, name, kind, is_needed, is_decisive, rule, parent_job_id, item_index, item)
    SELECT run_id, 1000000 + position * 100000 + $3::integer + number - 1, name, kind, false, false,
           CASE WHEN rule = 'always' THEN rule END, job_id, $3::integer + number - 1, item::jsonb
    FROM parent, unnest($4::text[]) WITH ORDINALITY AS given (item, number)
    ORDER BY number
    ON CONFLICT (parent_job_id, item_index) WHERE parent_job_id IS NOT NULL DO UPDATE SET item = excluded.item
        WHERE NOT EXISTS (SELECT FROM chassis.waiting WHERE waiting.job_id = job.job_id)
          AND NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = job.job_id)
          AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = job.job_id)
          AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = job.job_id)
    -- Only a row that was there has an xmax.
    RETURNING job_id, item_index, xmax <> 0 AS was_there
), count AS MATERIALIZED (
    SELECT count(*)::integer AS added FROM added
), counted AS (
    UPDATE chassis.live_run
    SET unfinished = unfinished + added, jobs = jobs + added
    FROM count, live
    WHERE live_run.run_id = live.run_id
), mapped AS (
    UPDATE chassis.map
    SET expanded = greatest(expanded, $3::integer + cardinality($4::text[])),
        active = active + CASE WHEN parent.at_once IS NULL THEN added ELSE 0 END
    FROM count, parent
    WHERE map.job_id = parent.job_id
), line AS MATERIALIZED (
    SELECT chassis.next_place(queue, priority, team, $5::timestamptz) AS place FROM parent WHERE at_once IS NULL
), numbered AS (
    SELECT job_id, item_index, row_number() OVER (ORDER BY item_index) AS number, coalesce(attempt, 0) + 1 AS attempt,
           coalesce(epoch, 0) AS epoch
    FROM added
    LEFT JOIN LATERAL (SELECT max(attempt) AS attempt, max(epoch) AS epoch
                       FROM chassis.attempt WHERE attempt.job_id = added.job_id) AS tried ON was_there
), pending AS (
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
    SELECT numbered.job_id, run_id, queue, priority, coalesce($5::timestamptz, now()), place + number - 1,
           CASE WHEN number = added THEN team END, attempt, epoch, 0, 0, is_gated
    FROM numbered, parent, line, count
), blocked AS (
    INSERT INTO chassis.waiting
        (job_id, run_id, reason, missing, queue, priority, attempt, epoch, failures, losses, is_gated)
    SELECT numbered.job_id, run_id, 'blocked', 1, queue, priority, attempt, epoch, 0, 0, is_gated
    FROM numbered, parent
    WHERE at_once IS NOT NULL
)
SELECT queue, added FROM parent, count;
