-- Locks the steps of a run whose last call is unknown, until the end of the transaction.
--
--   $1 run_id bigint
--
-- Follows share_budgets in its transaction. Whoever finds such a call is then seen by a later statement, or sees what that has tied
-- the call to.
SELECT
FROM chassis.step JOIN chassis.job USING (job_id)
WHERE job.run_id = $1::bigint AND step.money = 'unknown'
ORDER BY step.job_id, step.epoch, step.position
FOR UPDATE OF step;
