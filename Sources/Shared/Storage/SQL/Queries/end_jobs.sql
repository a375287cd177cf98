-- Ends jobs for good, those of them whose leases the caller still holds, and counts them off in their runs and in
-- the jobs that need them.
--
--   $1 job_ids bigint[], $2 epochs bigint[]: as given at the claim
--   $3 states text[]: succeeded, failed, skipped or cancelled
--   $4 outputs text[]: JSON or NULL, $5 output_blobs text[]: the digest of an output kept in the store, or NULL
--   $6 errors text[]: JSON or NULL
--   $7 now timestamptz: NULL for the database's clock
--
-- Returns a row for each job that was ended; a job that is missing was held under another epoch or by nobody.
-- Lock the runs with lock_live_runs first, in the same transaction.
WITH finished AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS finished (job_id, epoch, state, output, output_blob, error)
), ended AS (
    DELETE FROM chassis.lease
    USING finished
    WHERE lease.job_id = finished.job_id AND lease.epoch = finished.epoch
    RETURNING lease.*, finished.state, finished.output, finished.output_blob, finished.error
), recorded AS (
    INSERT INTO chassis.done
        (job_id, run_id, state, attempt, epoch, session_id, failures, losses, started_at, ended_at, queue, priority,
         output, output_blob, error)
    SELECT job_id, run_id, state, attempt, epoch, session_id, failures, losses, started_at,
           coalesce($7::timestamptz, now()), queue, priority, output::jsonb, output_blob, error::jsonb
    FROM ended
), counted_in_runs AS (
    UPDATE chassis.live_run
    SET unfinished = unfinished - counts.ended, unsuccessful = live_run.unsuccessful + counts.unsuccessful
    FROM (SELECT run_id, count(*) AS ended,
                 count(*) FILTER (WHERE state IN ('failed', 'cancelled')) AS unsuccessful
          FROM ended GROUP BY run_id) AS counts
    WHERE live_run.run_id = counts.run_id
), counted_in_dependents AS (
    UPDATE chassis.waiting
    SET missing = missing - counts.met
    FROM (SELECT need.job_id, count(*) AS met
          FROM ended JOIN chassis.need ON need.needs_job_id = ended.job_id
          WHERE ended.state = 'succeeded'
          GROUP BY need.job_id) AS counts
    WHERE waiting.job_id = counts.job_id AND waiting.reason = 'blocked'
)
SELECT job_id, epoch FROM ended;
