-- Makes a job pending again that was just suspended, if somebody wanted to resume it while it still ran.
--
--   $1 job_id bigint, $2 epoch bigint: as given to suspend_job, in the same transaction
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns the queue of the job when it was made pending.
WITH woken AS (
    DELETE FROM chassis.wake
    USING chassis.waiting
    WHERE wake.job_id = $1::bigint AND waiting.job_id = $1::bigint AND waiting.epoch = $2::bigint
      AND waiting.reason = 'suspended'
    RETURNING wake.job_id
), taken AS (
    DELETE FROM chassis.waiting
    USING woken
    WHERE waiting.job_id = woken.job_id
    RETURNING waiting.*
), placed AS (
    SELECT *, (SELECT team FROM chassis.run WHERE run.run_id = taken.run_id) AS team FROM taken
)
INSERT INTO chassis.ready
    (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
SELECT job_id, run_id, queue, priority, coalesce($3::timestamptz, now()),
       chassis.next_place(queue, priority, team, $3::timestamptz), team, attempt, epoch, failures, losses, is_gated
FROM placed
RETURNING queue;
