-- Makes the blocked jobs pending that need one of the given jobs and miss no more.
--
--   $1 job_ids bigint[]: jobs that just ended
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns each job made pending, and its queue. Does nothing when done again. Lock the runs with lock_live_runs first.
WITH taken AS (
    DELETE FROM chassis.waiting
    WHERE reason = 'blocked' AND missing = 0
      AND job_id IN (SELECT job_id FROM chassis.need WHERE needs_job_id = ANY ($1::bigint[]))
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
    (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses)
SELECT job_id, run_id, queue, priority, coalesce($2::timestamptz, now()), place + number - 1,
       CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses
FROM numbered JOIN line USING (queue, priority, team)
RETURNING job_id, queue;
