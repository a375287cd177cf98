-- Writes the intent of one paid call, if it is new and counts in no budget: what intend_unbudgeted_calls does for a set, in half the time.
--
--   $1 job bigint, $2 epoch bigint: as given at the claim
--   $3 position text, $4 kind text, $5 name text, $6 effect text, $7 fingerprint bytea
--   $8 connection text: or NULL, $9 model text: or NULL
--   $10 amount bigint: the most that the call can cost, in micro-dollars; NULL where nobody knows
--   $11 price text: JSON, or NULL
--   $12 call integer: which call of its step it is, counted from 1
--   $13 now timestamptz: NULL for the database's clock
--
-- Comes behind share_budgets in the same transaction: it has to see the budgets that were set before. Returns 1 when it has written the
-- intent, -1 when the call may count in a budget, and nothing where intend_unbudgeted_calls says nothing. Waits for an earlier try
-- of the same.
WITH asked AS MATERIALIZED (
    SELECT lease.job_id, lease.epoch, lease.run_id, lease.attempt, run.team, workflow.name AS workflow,
           run.parent_run_id IS NOT NULL
           OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'run' AND budget.name = lease.run_id::text)
           OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'job' AND budget.name = lease.job_id::text)
           OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'team' AND budget.name = run.team)
           OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'connection' AND budget.name = $8::text) AS may_count
    FROM (SELECT * FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE SKIP LOCKED) AS lease
    JOIN chassis.run USING (run_id)
    JOIN chassis.workflow_version USING (version_id)
    JOIN chassis.workflow USING (workflow_id)
), made AS (
    INSERT INTO chassis.step
        (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at,
         connection, model, reserved_micro_usd, money, charges, price, calls)
    SELECT job_id, epoch, $3::text, attempt, $4::text, $5::text, $6::text, 'started', $7::bytea,
           coalesce($13::timestamptz, clock_timestamp()), $8::text, $9::text, coalesce($10::bigint, 0), 'reserved', '{}',
           $11::text::jsonb, coalesce($12::integer, 1)
    FROM asked
    WHERE NOT may_count
    ON CONFLICT DO NOTHING
    RETURNING started_at, calls
), entered AS (
    INSERT INTO chassis.ledger
        (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model, reserved_micro_usd, price)
    SELECT made.started_at, 'reserved', run_id, job_id, epoch, $3::text, made.calls, team, workflow, $8::text, $9::text,
           coalesce($10::bigint, 0), $11::text::jsonb
    FROM made, asked
)
SELECT 1::bigint AS number FROM made
UNION ALL
SELECT -1::bigint FROM asked WHERE may_count;
