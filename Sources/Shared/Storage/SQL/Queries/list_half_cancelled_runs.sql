-- Lists cancelled runs of which jobs wait, or are pending, all the same: they came back when the cancellation had looked. Jobs
-- that always run do not count.
--
--   $1 limit integer: how many at most
--
-- Returns run_id of each, in their order. Waits for nobody.
SELECT run_id
FROM chassis.live_run
WHERE cancelled_at IS NOT NULL
  -- Where no more is unfinished than workers hold, no job of the run is looked at.
  AND unfinished > (SELECT count(*) FROM chassis.lease WHERE lease.run_id = live_run.run_id)
  AND EXISTS (
      SELECT
      FROM chassis.job CROSS JOIN LATERAL (
          -- One by one, by the index: the tables hold the jobs of all runs.
          SELECT FROM chassis.waiting WHERE waiting.job_id = job.job_id
          UNION ALL
          SELECT FROM chassis.ready WHERE ready.job_id = job.job_id
          OFFSET 0) AS left_over
      WHERE job.run_id = live_run.run_id AND job.rule IS DISTINCT FROM 'always'
      OFFSET 0)
ORDER BY run_id
LIMIT $1::integer;
