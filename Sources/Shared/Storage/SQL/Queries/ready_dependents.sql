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
)
INSERT INTO chassis.ready
    (job_id, run_id, queue, priority, available_at, attempt, epoch, failures, losses)
SELECT job_id, run_id, queue, priority, coalesce($2::timestamptz, now()), attempt, epoch, failures, losses
FROM taken
RETURNING job_id, queue;
