-- Has budgets that every run has anew, and that were set when a run had ended, count what it had spent by then.
--
--   $1 run_id bigint
--
-- Whoever sets such a budget counts those runs alone that have not ended. Follows retry_run, share_budgets and lock_unknown_steps in
-- their transaction: whoever sets one behind that finds the run alive again.
WITH missing AS MATERIALIZED (
    SELECT budget.budget_id, budget.scope, budget.name, bounds.begins_at, bounds.ends_at
    FROM chassis.run
    JOIN chassis.budget ON budget.scope IN ('team', 'connection') AND (budget.scope = 'connection' OR budget.name = run.team)
    CROSS JOIN LATERAL chassis.budget_bounds(budget.period, now()) AS bounds
    WHERE run.run_id = $1::bigint AND budget.period = 'run'
      AND NOT EXISTS (SELECT FROM chassis.budget_period AS found
                      WHERE found.budget_id = budget.budget_id AND found.begins_at = bounds.begins_at AND found.run_id = $1::bigint)
), entry AS MATERIALIZED (
    SELECT missing.*, ledger.job_id, ledger.epoch, ledger.position, ledger.call, ledger.paid_micro_usd, ledger.unknown_micro_usd
    FROM missing
    -- By the run: a mapped job may have items no more that have paid.
    JOIN chassis.ledger ON ledger.run_id = $1::bigint AND (paid_micro_usd <> 0 OR unknown_micro_usd <> 0)
        AND (missing.scope = 'team' OR ledger.connection = missing.name)
), charged AS (
    INSERT INTO chassis.budget_period AS made (budget_id, begins_at, ends_at, run_id, paid_micro_usd, unknown_micro_usd)
    SELECT budget_id, begins_at, ends_at, $1::bigint, sum(paid_micro_usd), sum(unknown_micro_usd)
    FROM entry
    GROUP BY budget_id, begins_at, ends_at
    RETURNING made.period_id, made.budget_id
), tied AS MATERIALIZED (
    -- A step is changed once, also where several such budgets count it.
    SELECT unknown.job_id, unknown.epoch, unknown.position, unknown.call, array_agg(charged.period_id) AS periods
    FROM (SELECT budget_id, job_id, epoch, position, call
          FROM entry
          GROUP BY budget_id, job_id, epoch, position, call
          HAVING sum(unknown_micro_usd) > 0) AS unknown
    JOIN charged USING (budget_id)
    GROUP BY unknown.job_id, unknown.epoch, unknown.position, unknown.call
)
UPDATE chassis.step
SET charges = charges || tied.periods
FROM tied
WHERE step.job_id = tied.job_id AND step.epoch = tied.epoch AND step.position = tied.position AND step.calls = tied.call
  AND step.money = 'unknown';
