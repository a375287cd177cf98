-- Gives pending jobs of a run another priority, and a place behind the last of their team there.
--
--   $1 run_id bigint, $2 name text: of one job and its items, or NULL for all
--   $3 priority smallint
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns the queue of each. Jobs that are being claimed just now are left.
WITH taken AS (
    DELETE FROM chassis.ready
    WHERE ctid = ANY (ARRAY (SELECT ready.ctid FROM chassis.job JOIN chassis.ready USING (job_id)
                             WHERE job.run_id = $1::bigint AND ($2::text IS NULL OR job.name = $2::text)
                               AND ready.priority <> $3::smallint
                             FOR UPDATE OF ready SKIP LOCKED))
    RETURNING *
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY queue ORDER BY place) AS number, count(*) OVER (PARTITION BY queue) AS jobs,
           (SELECT team FROM chassis.run WHERE run.run_id = $1::bigint) AS team
    FROM taken
), line AS MATERIALIZED (
    SELECT queue, chassis.next_place(queue, $3::smallint, team, $4::timestamptz) AS place
    FROM numbered
    GROUP BY queue, team
)
INSERT INTO chassis.ready
    (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses)
SELECT job_id, run_id, queue, $3::smallint, available_at, line.place + number - 1,
       CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses
FROM numbered JOIN line USING (queue)
RETURNING queue;
