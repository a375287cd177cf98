-- Does what end_jobs does for jobs of which some are items of mapped jobs, and counts these off in their maps.
--
--   $1 job_ids bigint[], $2 epochs bigint[]: as given at the claim
--   $3 states text[]: succeeded, failed, skipped or cancelled
--   $4 outputs text[]: JSON or NULL, $5 output_blobs text[]: the digest of an output kept in the store, or NULL
--   $6 errors text[]: JSON or NULL
--   $7 are_needed boolean[]: whether other jobs need them, as given at the claim
--   $8 are_decisive boolean[]: whether their failure fails the run, as given at the claim; NULL for all of them
--   $9 parents bigint[]: the mapped job of each, or 0
--   $10 now timestamptz: NULL for the database's clock
--
-- Returns a row for each job that was ended; a job that is missing was held under another epoch or by nobody.
-- Locks first the leases, then the runs, in the order of their ids, and then the jobs that wait: everybody who takes
-- several of these takes them in this order. The runs stay locked until the end of the transaction.
WITH finished AS (
    SELECT *
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[],
                $8::boolean[], $9::bigint[])
        AS finished (job_id, epoch, state, output, output_blob, error, is_needed, is_decisive, parent)
), ended AS (
    DELETE FROM chassis.lease
    USING finished
    WHERE lease.job_id = finished.job_id AND lease.epoch = finished.epoch
    RETURNING lease.*, finished.state, finished.output, finished.output_blob, finished.error, finished.is_needed,
              coalesce(finished.is_decisive, true) AS is_decisive, finished.parent
), recorded AS (
    INSERT INTO chassis.done
        (job_id, run_id, state, attempt, epoch, session_id, failures, losses, started_at, ended_at, queue, priority,
         output, output_blob, error)
    SELECT job_id, run_id, state, attempt, epoch, session_id, failures, losses, started_at,
           coalesce($10::timestamptz, now()), queue, priority, output::jsonb, output_blob, error::jsonb
    FROM ended
), locked AS MATERIALIZED (
    SELECT run_id
    FROM chassis.live_run
    WHERE run_id = ANY (ARRAY (SELECT DISTINCT run_id FROM ended))
    ORDER BY run_id
    FOR UPDATE
), counted_in_runs AS (
    UPDATE chassis.live_run
    SET unfinished = unfinished - counts.ended, unsuccessful = live_run.unsuccessful + counts.unsuccessful,
        has_skips = has_skips OR counts.skips
    FROM (SELECT run_id, count(*) AS ended, bool_or(state = 'skipped') AS skips,
                 count(*) FILTER (WHERE state = 'cancelled' OR state = 'failed' AND is_decisive) AS unsuccessful
          FROM ended JOIN locked USING (run_id) GROUP BY run_id) AS counts
    WHERE live_run.run_id = counts.run_id
), counted_in_maps AS (
    UPDATE chassis.map
    SET unfinished = map.unfinished - counts.ended, active = active - counts.ended,
        succeeded = map.succeeded + counts.succeeded, skipped = map.skipped + counts.skipped,
        failed = map.failed + counts.ended - counts.succeeded - counts.skipped
    FROM (SELECT parent, count(*) AS ended, count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
                 count(*) FILTER (WHERE state = 'skipped') AS skipped
          FROM ended WHERE parent > 0 GROUP BY parent) AS counts
    WHERE map.job_id = counts.parent AND (SELECT count(*) FROM locked) > 0
), counted_in_dependents AS (
    UPDATE chassis.waiting
    SET missing = missing - counts.ended, succeeded = waiting.succeeded + counts.succeeded,
        failed = waiting.failed + counts.ended - counts.succeeded - counts.skipped,
        skipped = waiting.skipped + counts.skipped
    FROM (SELECT need.job_id, count(*) AS ended, count(*) FILTER (WHERE ended.state = 'succeeded') AS succeeded,
                 count(*) FILTER (WHERE ended.state = 'skipped') AS skipped
          FROM ended JOIN chassis.need ON need.needs_job_id = ended.job_id
          GROUP BY need.job_id) AS counts
    WHERE waiting.job_id = counts.job_id AND waiting.reason = 'blocked'
      -- Asked before anything else: nothing is looked at when no job is needed, and the runs are locked before.
      AND (SELECT bool_or(is_needed) FROM ended) AND (SELECT count(*) FROM locked) > 0
)
SELECT job_id, epoch FROM ended;
