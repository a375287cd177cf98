-- Makes delayed and suspended jobs pending whose time has come.
--
--   $1 limit integer: how many at most
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns the queue of each job made pending. Rows that somebody else is moving are left to them.
WITH taken AS (
    DELETE FROM chassis.waiting
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.waiting
        WHERE due_at <= coalesce($2::timestamptz, now())
        ORDER BY due_at
        LIMIT $1::integer
        FOR UPDATE SKIP LOCKED))
    RETURNING *
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY queue, priority, team ORDER BY job_id) AS number
    FROM (SELECT *, (SELECT team FROM chassis.run WHERE run.run_id = taken.run_id) AS team FROM taken) AS taken
), line AS MATERIALIZED (
    SELECT queue, priority, team, count(*) AS jobs, chassis.next_place(queue, priority, team, $2::timestamptz) AS place
    FROM numbered
    GROUP BY queue, priority, team
)
INSERT INTO chassis.ready
    (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
SELECT job_id, run_id, queue, priority, coalesce($2::timestamptz, now()), place + number - 1,
       CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses, is_gated
FROM numbered JOIN line USING (queue, priority, team)
RETURNING queue;
