-- Calls that count in no budget are written as a set: a statement for all of them, instead of eight for each.

-- Writes the intents of paid calls of one job through one connection and reserves their money; see chassis.intend_call. What
-- is new and counts in no budget is written at once, the others one after the other.
--
-- The lease is locked first, then the lock of all budgets: whoever sets a budget locks steps behind that.
CREATE FUNCTION chassis.intend_calls(
    this_job bigint, this_epoch bigint, positions text[], kinds text[], names text[], effects text[],
    fingerprints text[], this_connection text, models text[], amounts bigint[], prices text[],
    run_limit bigint, run_mode text, job_limit bigint, job_mode text, most_calls integer, at timestamptz, calls integer[],
    OUT number bigint, OUT verdict text, OUT detail jsonb)
RETURNS SETOF record
LANGUAGE plpgsql
AS $function$
DECLARE
    held record;
    whose record;
    written bigint[] := '{}';
BEGIN
    SELECT lease.run_id, lease.attempt INTO held
    FROM chassis.lease WHERE lease.job_id = this_job AND lease.epoch = this_epoch FOR KEY SHARE;
    IF FOUND AND run_limit IS NULL AND job_limit IS NULL AND most_calls IS NULL THEN
        PERFORM chassis.share_budgets();
        at := coalesce(at, clock_timestamp());
        SELECT run.team, workflow.name AS workflow,
               run.parent_run_id IS NULL AND NOT EXISTS (
                   SELECT FROM chassis.budget
                   WHERE (budget.scope, budget.name) IN (('run', held.run_id::text), ('job', this_job::text), ('team', run.team),
                                                         ('connection', this_connection))) AS counts_nowhere
        INTO whose
        FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
        WHERE run.run_id = held.run_id;
        IF whose.counts_nowhere THEN
            WITH given AS MATERIALIZED (
                SELECT DISTINCT ON (call.position) *
                FROM unnest(positions, kinds, names, effects, fingerprints, models, amounts, prices, calls)
                    WITH ORDINALITY AS call (position, kind, name, effect, fingerprint, model, amount, price, call, number)
                ORDER BY call.position, call.number
            ), made AS (
                INSERT INTO chassis.step
                    (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at,
                     connection, model, reserved_micro_usd, money, charges, price, calls)
                SELECT this_job, this_epoch, given.position, held.attempt, given.kind, given.name, given.effect, 'started',
                       decode(given.fingerprint, 'hex'), at, this_connection, given.model, coalesce(given.amount, 0), 'reserved',
                       '{}', given.price::jsonb, coalesce(given.call, 1)
                FROM given
                ON CONFLICT DO NOTHING
                RETURNING step.position, step.calls
            ), entered AS (
                INSERT INTO chassis.ledger
                    (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model,
                     reserved_micro_usd, price)
                SELECT intend_calls.at, 'reserved', held.run_id, this_job, this_epoch, made.position, made.calls, whose.team,
                       whose.workflow, this_connection, given.model, coalesce(given.amount, 0), given.price::jsonb
                FROM made JOIN given USING (position)
            )
            SELECT coalesce(array_agg(given.number), '{}') INTO written
            FROM made JOIN given USING (position);
        END IF;
    END IF;
    verdict := 'granted';
    FOREACH number IN ARRAY written LOOP
        RETURN NEXT;
    END LOOP;
    FOR place IN 1..cardinality(positions) LOOP
        CONTINUE WHEN place = ANY (written);
        number := place;
        SELECT decided.verdict, decided.detail INTO verdict, detail
        FROM chassis.intend_call(
            this_job, this_epoch, positions[place], kinds[place], names[place], effects[place],
            decode(fingerprints[place], 'hex'), this_connection, models[place], amounts[place], prices[place]::jsonb,
            run_limit, run_mode, job_limit, job_mode, most_calls, coalesce(at, clock_timestamp()), calls[place]) AS decided;
        RETURN NEXT;
    END LOOP;
END
$function$;

-- Settles intents of the attempt that holds the job; see the statement settle_steps. Those of calls that count in no budget
-- need no more than an entry in the ledger, and are settled at once.
--
-- Nothing tells the planner that an attempt can have thousands of steps: without the settings it reads them all.
CREATE FUNCTION chassis.settle_calls(
    this_job bigint, this_epoch bigint, positions text[], states text[], usages text[], costs bigint[],
    lost_calls smallint[], errors text[], calls integer[], at timestamptz)
RETURNS void
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET enable_seqscan = off
AS $function$
DECLARE
    budgeted record;
BEGIN
    PERFORM FROM chassis.lease WHERE lease.job_id = this_job AND lease.epoch = this_epoch FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- Before the steps are locked: whoever sets a budget locks steps behind this.
    PERFORM chassis.share_budgets();
    FOR budgeted IN
        WITH given AS MATERIALIZED (
            SELECT this_job AS job_id, this_epoch AS epoch, call.*,
                   CASE WHEN state = 'recorded' THEN 'settled' WHEN state = 'unknown' OR lost > 0 THEN 'unknown'
                        ELSE 'cancelled' END AS outcome
            FROM unnest(positions, states, usages, costs, lost_calls, errors, calls)
                AS call (position, state, usage, cost, lost, error, call)
        ), settled AS (
            UPDATE chassis.step
            SET state = given.state, usage = given.usage::jsonb, cost_micro_usd = given.cost,
                unknown_calls = step.unknown_calls + given.lost, error = given.error, settled_at = settle_calls.at,
                money = CASE WHEN step.charges = '{}' AND step.money = 'reserved' THEN given.outcome ELSE step.money END
            FROM given
            WHERE step.job_id = given.job_id AND step.epoch = given.epoch AND step.position = given.position
              AND step.state = 'started' AND (given.call IS NULL OR step.calls = given.call)
            RETURNING step.position, step.money, step.charges, step.calls, step.connection, step.model,
                      step.reserved_micro_usd, step.price, given.outcome, given.usage::jsonb, given.cost
        ), entered AS (
            INSERT INTO chassis.ledger
                (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model,
                 reserved_micro_usd, paid_micro_usd, unknown_micro_usd, usage, is_estimated, price)
            SELECT settle_calls.at, settled.outcome, whose.run_id, this_job, this_epoch, settled.position, settled.calls,
                   whose.team, whose.workflow, settled.connection, settled.model, -settled.reserved_micro_usd,
                   CASE settled.outcome WHEN 'settled' THEN coalesce(settled.cost, 0) ELSE 0 END,
                   CASE settled.outcome WHEN 'unknown' THEN settled.reserved_micro_usd ELSE 0 END, settled.usage,
                   settled.outcome = 'settled' AND settled.cost IS NOT NULL AND settled.usage IS NULL, settled.price
            FROM settled CROSS JOIN (
                SELECT run.run_id, run.team, workflow.name AS workflow
                FROM chassis.job JOIN chassis.run USING (run_id)
                JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
                WHERE job.job_id = this_job) AS whose
            WHERE settled.charges = '{}' AND settled.money IS NOT NULL
        )
        SELECT settled.position, settled.outcome, settled.cost, settled.usage
        FROM settled
        WHERE settled.money IS NOT NULL AND settled.charges IS DISTINCT FROM '{}'
    LOOP
        PERFORM chassis.settle_call(
            this_job, this_epoch, budgeted.position, budgeted.outcome, budgeted.cost, budgeted.usage, at);
    END LOOP;
END
$function$;
