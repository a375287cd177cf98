-- Calls that count in no budget are written as a set also where they are of several jobs: programs that make one call at a time
-- had two commits for each.
--
-- What does not belong into such a set is left out and told of: whoever called writes it with chassis.intend_calls or
-- chassis.settle_calls. So a set waits for no lease: one that is being given up is left out, too.

-- Writes the intents of paid calls that are new, count in no budget and are of runs that no other run has started.
--
-- Returns the numbers, counted from 1, of those that it has written; and, negative, of those that it has not since they count in a
-- budget, or may, being of a run that another run has started.
CREATE FUNCTION chassis.intend_unbudgeted_calls(
    jobs bigint[], epochs bigint[], positions text[], kinds text[], names text[], effects text[], fingerprints text[],
    connections text[], models text[], amounts bigint[], prices text[], calls integer[], at timestamptz)
RETURNS SETOF bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    held record;
BEGIN
    SELECT array_agg(lease.job_id) AS jobs, array_agg(lease.epoch) AS epochs, array_agg(lease.run_id) AS runs,
           array_agg(lease.attempt) AS attempts
    INTO held
    FROM (SELECT lease.* FROM chassis.lease WHERE lease.job_id = ANY (intend_unbudgeted_calls.jobs)
          FOR KEY SHARE SKIP LOCKED) AS lease;
    PERFORM chassis.share_budgets();
    at := coalesce(at, clock_timestamp());
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        -- One question for each budget, by its name: together they would be answered by reading all budgets.
        SELECT call.*, held_lease.run_id, held_lease.attempt, run.team, workflow.name AS workflow,
               run.parent_run_id IS NOT NULL
               OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'run' AND budget.name = held_lease.run_id::text)
               OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'job' AND budget.name = call.job_id::text)
               OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'team' AND budget.name = run.team)
               OR EXISTS (SELECT FROM chassis.budget WHERE budget.scope = 'connection' AND budget.name = call.connection)
                   AS may_count
        FROM unnest(intend_unbudgeted_calls.jobs, epochs, positions, kinds, names, effects, fingerprints, connections, models,
                    amounts, prices, calls)
            WITH ORDINALITY AS call (job_id, epoch, position, kind, name, effect, fingerprint, connection, model, amount, price,
                                     call, number)
        JOIN unnest(held.jobs, held.epochs, held.runs, held.attempts) AS held_lease (job_id, epoch, run_id, attempt)
            USING (job_id, epoch)
        JOIN chassis.run USING (run_id)
        JOIN chassis.workflow_version USING (version_id)
        JOIN chassis.workflow USING (workflow_id)
    ), given AS MATERIALIZED (
        SELECT DISTINCT ON (job_id, epoch, position) *
        FROM asked
        WHERE NOT may_count
        ORDER BY job_id, epoch, position, number
    ), made AS (
        INSERT INTO chassis.step
            (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at,
             connection, model, reserved_micro_usd, money, charges, price, calls)
        SELECT given.job_id, given.epoch, given.position, given.attempt, given.kind, given.name, given.effect, 'started',
               decode(given.fingerprint, 'hex'), at, given.connection, given.model, coalesce(given.amount, 0), 'reserved',
               '{}', given.price::jsonb, coalesce(given.call, 1)
        FROM given
        ON CONFLICT DO NOTHING
        RETURNING step.job_id, step.epoch, step.position, step.calls
    ), written AS MATERIALIZED (
        SELECT given.*, made.calls FROM made JOIN given USING (job_id, epoch, position)
    ), entered AS (
        INSERT INTO chassis.ledger
            (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model, reserved_micro_usd, price)
        SELECT intend_unbudgeted_calls.at, 'reserved', run_id, job_id, epoch, position, written.calls, team, workflow, connection,
               model, coalesce(amount, 0), price::jsonb
        FROM written
    )
    SELECT written.number FROM written
    UNION ALL
    SELECT -asked.number FROM asked WHERE may_count;
END
$function$;

-- Settles intents that count in no budget and are open, of attempts that hold their jobs; see the statement settle_steps.
--
-- Returns the numbers of those that it has settled, counted from 1.
CREATE FUNCTION chassis.settle_unbudgeted_calls(
    jobs bigint[], epochs bigint[], positions text[], states text[], usages text[], costs bigint[], lost_calls smallint[],
    errors text[], calls integer[], at timestamptz)
RETURNS SETOF bigint
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET enable_seqscan = off
AS $function$
DECLARE
    held record;
BEGIN
    SELECT array_agg(lease.job_id) AS jobs, array_agg(lease.epoch) AS epochs, array_agg(lease.run_id) AS runs
    INTO held
    FROM (SELECT lease.* FROM chassis.lease WHERE lease.job_id = ANY (settle_unbudgeted_calls.jobs)
          FOR KEY SHARE SKIP LOCKED) AS lease;
    -- Before the steps are locked: whoever sets a budget locks steps behind this.
    PERFORM chassis.share_budgets();
    RETURN QUERY
    WITH given AS MATERIALIZED (
        SELECT call.*, held_lease.run_id,
               CASE WHEN state = 'recorded' THEN 'settled' WHEN state = 'unknown' OR lost > 0 THEN 'unknown'
                    ELSE 'cancelled' END AS outcome
        FROM unnest(settle_unbudgeted_calls.jobs, epochs, positions, states, usages, costs, lost_calls, errors, calls)
            WITH ORDINALITY AS call (job_id, epoch, position, state, usage, cost, lost, error, call, number)
        JOIN unnest(held.jobs, held.epochs, held.runs) AS held_lease (job_id, epoch, run_id) USING (job_id, epoch)
        -- A set that is tried again while its first try still runs locks in the same order.
        ORDER BY job_id, epoch, call.position
    ), settled AS (
        UPDATE chassis.step
        SET state = given.state, usage = given.usage::jsonb, cost_micro_usd = given.cost,
            unknown_calls = step.unknown_calls + given.lost, error = given.error, settled_at = settle_unbudgeted_calls.at,
            money = given.outcome
        FROM given
        WHERE step.job_id = given.job_id AND step.epoch = given.epoch AND step.position = given.position
          AND step.state = 'started' AND (given.call IS NULL OR step.calls = given.call)
          AND step.money = 'reserved' AND step.charges = '{}'
        RETURNING step.job_id, step.epoch, step.position, step.calls, step.connection, step.model, step.reserved_micro_usd,
                  step.price, given.outcome, given.usage::jsonb, given.cost, given.run_id, given.number
    ), entered AS (
        INSERT INTO chassis.ledger
            (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model,
             reserved_micro_usd, paid_micro_usd, unknown_micro_usd, usage, is_estimated, price)
        SELECT settle_unbudgeted_calls.at, settled.outcome, settled.run_id, settled.job_id, settled.epoch, settled.position,
               settled.calls, run.team, workflow.name, settled.connection, settled.model, -settled.reserved_micro_usd,
               CASE settled.outcome WHEN 'settled' THEN coalesce(settled.cost, 0) ELSE 0 END,
               CASE settled.outcome WHEN 'unknown' THEN settled.reserved_micro_usd ELSE 0 END, settled.usage,
               settled.outcome = 'settled' AND settled.cost IS NOT NULL AND settled.usage IS NULL, settled.price
        FROM settled
        JOIN chassis.run USING (run_id)
        JOIN chassis.workflow_version USING (version_id)
        JOIN chassis.workflow USING (workflow_id)
    )
    SELECT settled.number FROM settled;
END
$function$;
