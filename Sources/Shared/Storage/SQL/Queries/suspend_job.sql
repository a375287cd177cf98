-- Sets a job aside that waits for something, if the caller still holds it: no attempt is spent.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 waits_for text: approval, effect, event, time, budget, run or batch
--   $4 detail text: what exactly, for people
--   $5 until_us bigint: when it becomes pending in any case, in microseconds since 1970, or NULL
--   $6 wait_us bigint: how long until then, in microseconds, or NULL
--   $7 now timestamptz: NULL for the database's clock
--
-- Returns one row when the job was suspended, none when the lease was lost before. Locks the lease, then the run, until the
-- end of the transaction: follow with wake_suspended_job in the same one.
WITH held AS (
    DELETE FROM chassis.lease
    WHERE job_id = $1::bigint AND epoch = $2::bigint
    RETURNING *
), noted AS (
    INSERT INTO chassis.attempt (job_id, epoch, attempt, session_id, outcome, started_at, ended_at)
    SELECT job_id, epoch, attempt, session_id, 'suspended', started_at, coalesce($7::timestamptz, now())
    FROM held
), locked AS MATERIALIZED (
    -- Whoever cancels the run, or resumes the job, has done so before this or finds the job suspended.
    SELECT run_id, cancelled_at
    FROM chassis.live_run
    WHERE run_id = (SELECT run_id FROM held)
    FOR UPDATE
)
INSERT INTO chassis.waiting
    (job_id, run_id, reason, missing, due_at, waits_for, detail, since, queue, priority, attempt, epoch, failures,
     losses, is_gated)
SELECT job_id, run_id, 'suspended', 0,
       -- A cancelled run is not kept waiting, but by jobs that always run: the next claim ends the job.
       CASE WHEN cancelled_at IS NOT NULL
                  AND (SELECT rule FROM chassis.job WHERE job.job_id = $1::bigint) IS DISTINCT FROM 'always'
            THEN coalesce($7::timestamptz, now())
            ELSE least(timestamptz 'epoch' + $5::bigint * interval '1 microsecond',
                       coalesce($7::timestamptz, now()) + $6::bigint * interval '1 microsecond') END,
       $3::text, $4::text, coalesce($7::timestamptz, now()), queue, priority, attempt, epoch, failures, losses,
       is_gated
FROM held JOIN locked USING (run_id)
RETURNING job_id;
