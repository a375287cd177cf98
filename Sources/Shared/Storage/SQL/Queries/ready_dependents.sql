-- Makes the blocked jobs pending that need one of the given jobs, have no rule, and whose needs have all succeeded.
--
--   $1 job_ids bigint[]: jobs that just succeeded
--   $2 now timestamptz: NULL for the database's clock
--   $3 run_ids bigint[]: their runs
--
-- Returns each job made pending, and its queue. Does nothing when done again. Lock the runs with lock_live_runs first.
-- Where a job of the runs was skipped without a failure, others may have waited for these to be skipped in their turn:
-- then it does what spread_endings does.
WITH mixed AS MATERIALIZED (
    SELECT coalesce(bool_or(has_skips), false) AS is_any FROM chassis.live_run WHERE run_id = ANY ($3::bigint[])
), taken AS (
    DELETE FROM chassis.waiting
    WHERE reason = 'blocked' AND missing = 0 AND failed = 0 AND skipped = 0 AND rule IS NULL
      AND NOT (SELECT is_any FROM mixed)
      AND job_id IN (SELECT job_id FROM chassis.need WHERE needs_job_id = ANY ($1::bigint[]))
    RETURNING *
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY queue, priority, team ORDER BY job_id) AS number
    FROM (SELECT *, (SELECT team FROM chassis.run WHERE run.run_id = taken.run_id) AS team FROM taken) AS taken
), line AS MATERIALIZED (
    SELECT queue, priority, team, count(*) AS jobs, chassis.next_place(queue, priority, team, $2::timestamptz) AS place
    FROM numbered
    GROUP BY queue, priority, team
), pending AS (
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
    SELECT job_id, run_id, queue, priority, coalesce($2::timestamptz, now()), place + number - 1,
           CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses, is_gated
    FROM numbered JOIN line USING (queue, priority, team)
    RETURNING job_id, queue
)
SELECT job_id, queue FROM pending
UNION ALL
-- The argument looks at the row, so that the function is not called without one.
SELECT readied_job_id, readied_queue
FROM mixed
CROSS JOIN LATERAL chassis.spread_endings(CASE WHEN is_any THEN $1::bigint[] END, $2::timestamptz)
WHERE is_any;
