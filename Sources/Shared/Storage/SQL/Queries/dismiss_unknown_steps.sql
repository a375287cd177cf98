-- Notes that a person had the unknown steps of a run judged: they may run again.
--
--   $1 run_id bigint
--
-- Follows share_budgets in its transaction.
UPDATE chassis.step
SET state = 'dismissed'
FROM chassis.job
WHERE job.run_id = $1::bigint AND step.job_id = job.job_id AND step.state = 'unknown';
