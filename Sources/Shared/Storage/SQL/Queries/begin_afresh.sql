-- Has jobs of a run that go on forget what they recorded; items of a mapped one too.
--
--   $1 run_id bigint, $2 names text[]
--
-- Returns the names of those that go on; the others are not in the run, or keep their ending. Follows retry_run and share_budgets
-- in their transaction.
WITH chosen AS MATERIALIZED (
    SELECT job.job_id, job.name,
           coalesce(ready.epoch, waiting.epoch,
                    (SELECT max(attempt.epoch) FROM chassis.attempt WHERE attempt.job_id = job.job_id), 0) AS epoch
    FROM chassis.job
    LEFT JOIN chassis.ready USING (job_id)
    LEFT JOIN chassis.waiting USING (job_id)
    WHERE job.run_id = $1::bigint AND job.name = ANY ($2::text[])
      AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = job.job_id)
), dismissed AS (
    UPDATE chassis.step SET state = 'dismissed' FROM chosen WHERE step.job_id = chosen.job_id AND step.state = 'unknown'
), noted AS (
    INSERT INTO chassis.fresh_start (job_id, epoch, last_run_id)
    SELECT job_id, epoch, coalesce((SELECT max(run_id) FROM chassis.run WHERE run.parent_run_id = $1::bigint), 0)
    FROM chosen
    ON CONFLICT (job_id) DO UPDATE SET epoch = excluded.epoch, last_run_id = excluded.last_run_id
)
SELECT DISTINCT name FROM chosen;
