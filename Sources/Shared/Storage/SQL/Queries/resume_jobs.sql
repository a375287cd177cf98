-- Makes suspended jobs pending, since what they wait for may have changed; of those that are not suspended it is
-- remembered, so that none of them suspends after having looked too early.
--
--   $1 job_ids bigint[]
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns the queue of each job made pending. Lock the runs with lock_runs_of_jobs first, in the same transaction. What has
-- changed may have been written by this transaction, or by one that committed before.
WITH taken AS (
    DELETE FROM chassis.waiting
    WHERE job_id = ANY ($1::bigint[]) AND reason = 'suspended'
    RETURNING *
), remembered AS (
    INSERT INTO chassis.wake (job_id)
    SELECT job_id FROM chassis.job
    WHERE job_id = ANY ($1::bigint[])
      AND NOT EXISTS (SELECT FROM taken WHERE taken.job_id = job.job_id)
      AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = job.job_id)
    ON CONFLICT (job_id) DO NOTHING
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
