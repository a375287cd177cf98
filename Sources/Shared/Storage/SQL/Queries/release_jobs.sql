-- Gives jobs back unharmed: no attempt is spent, and the next claim goes on with the same attempt.
--
--   $1 job_ids bigint[], $2 epochs bigint[]: as given at the claim
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns job and queue of each job that was released; a job that is missing was no longer held.
WITH released AS (
    DELETE FROM chassis.lease
    USING unnest($1::bigint[], $2::bigint[]) AS given (job_id, epoch)
    WHERE lease.job_id = given.job_id AND lease.epoch = given.epoch
    RETURNING lease.*
), noted AS (
    INSERT INTO chassis.attempt (job_id, epoch, attempt, session_id, outcome, started_at, ended_at)
    SELECT job_id, epoch, attempt, session_id, 'released', started_at, coalesce($3::timestamptz, now())
    FROM released
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY queue, priority, team ORDER BY job_id) AS number
    FROM (SELECT *, (SELECT team FROM chassis.run WHERE run.run_id = released.run_id) AS team FROM released) AS released
), line AS MATERIALIZED (
    SELECT queue, priority, team, count(*) AS jobs, chassis.next_place(queue, priority, team, $3::timestamptz) AS place
    FROM numbered
    GROUP BY queue, priority, team
)
INSERT INTO chassis.ready
    (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
SELECT job_id, run_id, queue, priority, coalesce($3::timestamptz, now()), place + number - 1,
       CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses, is_gated
FROM numbered JOIN line USING (queue, priority, team)
RETURNING job_id, queue;
