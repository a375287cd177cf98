-- Makes a job succeeded that ended otherwise, where its run is live or has ended.
--
--   $1 job_id bigint
--   $2 output text, $3 output_blob text: as in done
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns one row with how it had ended, and whether its run has; none when it has not ended or has succeeded. A run that ended
-- and of which nothing is failed or left out any more has succeeded by it. Lock the run first, with lock_live_runs or, where
-- it is not live, lock_ended_run, in statements of their own: this one reads what others have done before it. Follow with judge_run.
WITH live AS MATERIALIZED (
    SELECT run_id FROM chassis.live_run
    WHERE run_id = (SELECT run_id FROM chassis.job WHERE job_id = $1::bigint)
), over AS MATERIALIZED (
    SELECT run_id FROM chassis.ended_run
    WHERE run_id = (SELECT run_id FROM chassis.job WHERE job_id = $1::bigint)
), before AS MATERIALIZED (
    SELECT done.job_id, done.run_id, done.state, job.is_decisive
    FROM chassis.done JOIN chassis.job USING (job_id)
    WHERE done.job_id = $1::bigint AND done.state <> 'succeeded'
      AND (EXISTS (SELECT FROM live) OR EXISTS (SELECT FROM over))
), marked AS (
    UPDATE chassis.done
    SET state = 'succeeded', output = $2::jsonb, output_blob = $3::text, error = NULL, is_after_failure = false,
        ended_at = coalesce($4::timestamptz, now())
    FROM before
    WHERE done.job_id = before.job_id
), counted AS (
    UPDATE chassis.live_run
    SET unsuccessful = unsuccessful - 1
    FROM before
    WHERE live_run.run_id = before.run_id
      AND (before.state = 'cancelled' OR before.state = 'failed' AND before.is_decisive)
), mended AS (
    UPDATE chassis.ended_run
    SET state = 'succeeded'
    FROM over, before
    WHERE ended_run.run_id = over.run_id
      AND NOT EXISTS (
          SELECT FROM chassis.job JOIN chassis.done USING (job_id)
          WHERE job.run_id = over.run_id AND job.parent_job_id IS NULL AND job.job_id <> $1::bigint
            AND (done.state = 'cancelled' OR done.state = 'failed' AND job.is_decisive OR done.is_after_failure))
)
SELECT before.state, EXISTS (SELECT FROM over) AS has_run_ended FROM before;
