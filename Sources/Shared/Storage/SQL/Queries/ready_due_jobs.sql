-- Makes delayed jobs pending whose time has come.
--
--   $1 limit integer: how many at most
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns the queue of each job made pending. Rows that somebody else is moving are left to them.
WITH taken AS (
    DELETE FROM chassis.waiting
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.waiting
        WHERE reason = 'delayed' AND due_at <= coalesce($2::timestamptz, now())
        ORDER BY due_at
        LIMIT $1::integer
        FOR UPDATE SKIP LOCKED))
    RETURNING *
)
INSERT INTO chassis.ready
    (job_id, run_id, queue, priority, available_at, attempt, epoch, failures, losses)
SELECT job_id, run_id, queue, priority, coalesce($2::timestamptz, now()), attempt, epoch, failures, losses
FROM taken
RETURNING queue;
