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
)
INSERT INTO chassis.ready
    (job_id, run_id, queue, priority, available_at, attempt, epoch, failures, losses)
SELECT job_id, run_id, queue, priority, coalesce($3::timestamptz, now()), attempt, epoch, failures, losses
FROM released
RETURNING job_id, queue;
