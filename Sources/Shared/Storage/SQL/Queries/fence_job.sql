-- Takes a job out of its worker's hands and ends it; of a mapped job, its items too, which are skipped.
--
--   $1 job_id bigint
--   $2 state text: succeeded or failed, $3 output text, $4 output_blob text, $5 error text: as in done
--   $6 now timestamptz: NULL for the database's clock
--
-- Returns a row for each lease that was taken: tell its worker. Locks the leases alone: follow with lock_live_runs and
-- close_job in the same transaction.
WITH fenced AS (
    DELETE FROM chassis.lease
    WHERE job_id = ANY (ARRAY (SELECT job.job_id FROM chassis.job
                               WHERE job.job_id = $1::bigint OR job.parent_job_id = $1::bigint))
    RETURNING *
), recorded AS (
    INSERT INTO chassis.done
        (job_id, run_id, state, attempt, epoch, session_id, failures, losses, started_at, ended_at, queue, priority,
         output, output_blob, error, is_after_failure)
    SELECT job_id, run_id, CASE job_id WHEN $1::bigint THEN $2::text ELSE 'skipped' END, attempt, epoch, session_id,
           failures, losses, started_at, coalesce($6::timestamptz, now()), queue, priority,
           CASE job_id WHEN $1::bigint THEN $3::jsonb END, CASE job_id WHEN $1::bigint THEN $4::text END,
           CASE job_id WHEN $1::bigint THEN $5::jsonb END, job_id <> $1::bigint
    FROM fenced
)
SELECT job_id, epoch FROM fenced;
