-- Notes the failure of an attempt and sets its job aside until the next one is due, if the caller still holds it.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 delay_us bigint: the wait, in microseconds
--   $4 error text: JSON
--   $5 now timestamptz: NULL for the database's clock
--
-- Returns one row with the time when it is due, none when the lease was lost before.
WITH failed AS (
    DELETE FROM chassis.lease
    WHERE job_id = $1::bigint AND epoch = $2::bigint
    RETURNING *
), noted AS (
    INSERT INTO chassis.attempt (job_id, epoch, attempt, session_id, outcome, started_at, ended_at, error)
    SELECT job_id, epoch, attempt, session_id, 'failed', started_at, coalesce($5::timestamptz, now()), $4::jsonb
    FROM failed
)
INSERT INTO chassis.waiting
    (job_id, run_id, reason, missing, due_at, queue, priority, attempt, epoch, failures, losses, is_gated)
SELECT job_id, run_id, 'delayed', 0,
       -- A cancelled run is not kept waiting: the next claim ends the job.
       coalesce($5::timestamptz, now()) + CASE
           WHEN EXISTS (SELECT FROM chassis.live_run
                        WHERE live_run.run_id = failed.run_id AND cancelled_at IS NOT NULL)
               AND (SELECT rule FROM chassis.job WHERE job.job_id = $1::bigint) IS DISTINCT FROM 'always'
               THEN interval '0'
           ELSE $3::bigint * interval '1 microsecond' END,
       queue, priority, attempt + 1, epoch, failures + 1, losses, is_gated
FROM failed
RETURNING due_at;
