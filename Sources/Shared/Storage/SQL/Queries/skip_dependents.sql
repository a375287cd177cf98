-- Skips every blocked job that needs, itself or through others, a job that ended without success.
--
--   $1 job_ids bigint[]: jobs that just ended
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each job skipped. Does nothing when done again. Lock the runs with lock_live_runs first.
WITH RECURSIVE doomed (job_id) AS (
    SELECT need.job_id
    FROM chassis.done JOIN chassis.need ON need.needs_job_id = done.job_id
    WHERE done.job_id = ANY ($1::bigint[]) AND done.state <> 'succeeded'
    UNION
    SELECT need.job_id
    FROM doomed JOIN chassis.need ON need.needs_job_id = doomed.job_id
), taken AS (
    DELETE FROM chassis.waiting
    USING doomed
    WHERE waiting.job_id = doomed.job_id AND waiting.reason = 'blocked'
    RETURNING waiting.*
), recorded AS (
    INSERT INTO chassis.done
        (job_id, run_id, state, attempt, epoch, failures, losses, ended_at, queue, priority)
    SELECT job_id, run_id, 'skipped', 0, epoch, failures, losses, coalesce($2::timestamptz, now()), queue, priority
    FROM taken
), counted AS (
    UPDATE chassis.live_run
    SET unfinished = unfinished - counts.skipped
    FROM (SELECT run_id, count(*) AS skipped FROM taken GROUP BY run_id) AS counts
    WHERE live_run.run_id = counts.run_id
)
SELECT job_id FROM taken;
