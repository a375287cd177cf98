-- Money: what calls cost, whose budgets they count in, and a ledger of all of it. Amounts are whole micro-dollars.
--
-- A paid call is a step with an intent. Its reservation is the open row of that step: reserved with its intent, and taken
-- back in the statement that settles it, so none can leak. What the open rows of a budget add up to is kept beside it,
-- changed by the functions below alone. The order of locks: leases, runs, steps, then the lock of all budgets (shared by
-- calls, taken alone by whoever sets a budget), then budget periods in the order of their budgets.

ALTER TABLE chassis.step
    -- How many calls were made for it; each has an intent of its own.
    ADD COLUMN calls integer NOT NULL DEFAULT 1,
    ADD COLUMN connection text,
    ADD COLUMN model text,
    -- What the last call reserved, and what became of that; NULL where the step costs no money.
    ADD COLUMN reserved_micro_usd bigint,
    ADD COLUMN money text,
    -- The budget periods that the last call counts in, and the price that it goes by.
    ADD COLUMN charges bigint[],
    ADD COLUMN price jsonb,
    ADD CONSTRAINT step_money_is_known CHECK (money IN ('reserved', 'settled', 'unknown', 'cancelled'));

-- The provider is the name of a connection, or a kind of provider.
CREATE TABLE chassis.price (
    provider text NOT NULL,
    model text NOT NULL,
    effective_from timestamptz NOT NULL,
    price jsonb NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (provider, model, effective_from)
);

-- The name is that of a team or connection, or the number of a run or job; run_id is that of the latter two's run.
CREATE TABLE chassis.budget (
    budget_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL,
    name text NOT NULL,
    period text NOT NULL,
    limit_micro_usd bigint NOT NULL,
    mode text NOT NULL,
    run_id bigint,
    set_at timestamptz NOT NULL,
    CONSTRAINT budget_is_unique UNIQUE (scope, name, period),
    CONSTRAINT budget_scope_is_known CHECK (scope IN ('job', 'run', 'team', 'connection')),
    CONSTRAINT budget_period_is_known CHECK (period IN ('run', 'day', 'month', 'total')),
    CONSTRAINT budget_mode_is_known CHECK (mode IN ('hard', 'soft', 'hold')),
    CONSTRAINT budget_limit_is_not_negative CHECK (limit_micro_usd >= 0)
);
CREATE INDEX budget_of_run ON chassis.budget (run_id) WHERE run_id IS NOT NULL;

-- What a budget has come to in one period, or in one run where it counts for each run anew; run_id is 0 elsewhere.
CREATE TABLE chassis.budget_period (
    period_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    budget_id bigint NOT NULL REFERENCES chassis.budget ON DELETE CASCADE,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    run_id bigint NOT NULL,
    reserved_micro_usd bigint NOT NULL DEFAULT 0,
    paid_micro_usd bigint NOT NULL DEFAULT 0,
    unknown_micro_usd bigint NOT NULL DEFAULT 0,
    warned_at timestamptz,
    CONSTRAINT budget_period_is_unique UNIQUE (budget_id, begins_at, run_id),
    CONSTRAINT budget_period_reserved_is_not_negative CHECK (reserved_micro_usd >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX budget_period_of_run ON chassis.budget_period (run_id) WHERE run_id <> 0;

-- Jobs that found no room in a budget with mode hold, and are suspended or about to be. Whoever sets the budget resumes
-- them, and takes them out with that.
CREATE TABLE chassis.budget_waiter (
    budget_id bigint NOT NULL REFERENCES chassis.budget ON DELETE CASCADE,
    job_id bigint NOT NULL,
    PRIMARY KEY (job_id, budget_id)
);
CREATE INDEX budget_waiter_by_budget ON chassis.budget_waiter (budget_id);

-- Only ever added to. Each entry says by how much it changes what is reserved, paid, unknown and saved, so each of these
-- is the sum of its column.
CREATE TABLE chassis.ledger (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    run_id bigint NOT NULL,
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    position text,
    call integer,
    team text NOT NULL,
    workflow text NOT NULL,
    connection text,
    model text,
    reserved_micro_usd bigint NOT NULL DEFAULT 0,
    paid_micro_usd bigint NOT NULL DEFAULT 0,
    unknown_micro_usd bigint NOT NULL DEFAULT 0,
    saved_micro_usd bigint NOT NULL DEFAULT 0,
    -- Of a settled call: what the provider said, whether its cost is estimated, whether it has a price.
    usage jsonb,
    is_estimated boolean NOT NULL DEFAULT false,
    price jsonb,
    CONSTRAINT ledger_kind_is_known CHECK (kind IN ('reserved', 'settled', 'unknown', 'found', 'cancelled', 'replayed'))
);
CREATE INDEX ledger_at ON chassis.ledger USING brin (at) WITH (autosummarize = on);
CREATE INDEX ledger_by_job ON chassis.ledger (job_id);

-- The period of a budget that a time is in; in UTC.
CREATE FUNCTION chassis.budget_bounds(period text, at timestamptz, OUT begins_at timestamptz, OUT ends_at timestamptz)
LANGUAGE sql IMMUTABLE
AS $function$
    SELECT CASE WHEN $1 IN ('day', 'month') THEN date_trunc($1, $2 AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                ELSE '-infinity'::timestamptz END,
           CASE WHEN $1 IN ('day', 'month')
                THEN (date_trunc($1, $2 AT TIME ZONE 'UTC') + ('1 ' || $1)::interval) AT TIME ZONE 'UTC'
                ELSE 'infinity'::timestamptz END
$function$;

-- Keeps budgets from being set while a call is reserved or settled, and the other way round.
CREATE FUNCTION chassis.share_budgets() RETURNS void
LANGUAGE sql AS $function$ SELECT pg_advisory_xact_lock_shared(7160546, 1) $function$;

-- Writes the intent of a paid call and reserves its money, if the caller still holds the job and the call fits in every
-- budget that it counts in.
--
-- The verdict: lost (the lease is), granted, calls (the job has made as many as it may), unpriced (under a budget, and
-- nobody knows what it can cost), refused, held, or wait (it would fit if what others have reserved were settled for
-- less). Only when granted anything is written, and when held that the job waits. The detail is the budget that it does not fit in, or, when granted, one
-- with mode soft that it is the first to exceed.
CREATE FUNCTION chassis.intend_call(
    this_job bigint, this_epoch bigint, this_position text, this_kind text, this_name text, this_effect text,
    this_fingerprint bytea, this_connection text, this_model text, amount bigint, this_price jsonb,
    run_limit bigint, run_mode text, job_limit bigint, job_mode text, most_calls integer, at timestamptz,
    OUT verdict text, OUT detail jsonb)
LANGUAGE plpgsql
AS $function$
DECLARE
    held record;
    whose record;
    earlier record;
    candidate record;
    pass integer;
    used bigint;
    rank integer;
    worst integer := 0;
    decider bigint;
    periods bigint[];
    warned bigint[];
BEGIN
    IF most_calls IS NULL THEN
        SELECT lease.run_id, lease.attempt INTO held
        FROM chassis.lease WHERE lease.job_id = this_job AND lease.epoch = this_epoch FOR KEY SHARE;
    ELSE
        -- Two calls of one job at once must not both be its last.
        SELECT lease.run_id, lease.attempt INTO held
        FROM chassis.lease WHERE lease.job_id = this_job AND lease.epoch = this_epoch FOR NO KEY UPDATE;
    END IF;
    IF NOT FOUND THEN
        verdict := 'lost';
        RETURN;
    END IF;
    SELECT step.state INTO earlier
    FROM chassis.step
    WHERE step.job_id = this_job AND step.epoch = this_epoch AND step.position = this_position
    FOR UPDATE;
    IF FOUND AND earlier.state = 'started' THEN
        -- It was granted before, and the answer was lost.
        verdict := 'granted';
        RETURN;
    END IF;
    IF most_calls IS NOT NULL THEN
        SELECT coalesce(sum(step.calls), 0) INTO used
        FROM chassis.step WHERE step.job_id = this_job AND step.money IS NOT NULL;
        IF used >= most_calls THEN
            verdict := 'calls';
            detail := jsonb_build_object('calls', used);
            RETURN;
        END IF;
    END IF;

    PERFORM chassis.share_budgets();
    SELECT run.team, workflow.name AS workflow INTO whose
    FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
    WHERE run.run_id = held.run_id;
    -- What the file says counts until somebody sets another one.
    INSERT INTO chassis.budget (scope, name, period, limit_micro_usd, mode, run_id, set_at)
    SELECT given.scope, given.name, 'run', given.most, given.mode, held.run_id, at
    FROM (VALUES ('run', held.run_id::text, run_limit, run_mode), ('job', this_job::text, job_limit, job_mode))
        AS given (scope, name, most, mode)
    WHERE given.most IS NOT NULL
      AND NOT EXISTS (SELECT FROM chassis.budget
                      WHERE budget.scope = given.scope AND budget.name = given.name AND budget.period = 'run')
    ON CONFLICT DO NOTHING;

    -- First without a lock, so that those who must wait do not hold those who need not.
    FOR pass IN 1..2 LOOP
        periods := '{}';
        warned := '{}';
        FOR candidate IN
            SELECT budget.*, bounds.begins_at, bounds.ends_at,
                   CASE budget.period WHEN 'run' THEN held.run_id ELSE 0 END AS period_run
            FROM (VALUES ('run', held.run_id::text), ('job', this_job::text), ('team', whose.team),
                         ('connection', this_connection)) AS named (scope, name)
            JOIN chassis.budget USING (scope, name)
            CROSS JOIN LATERAL chassis.budget_bounds(budget.period, at) AS bounds
            ORDER BY budget.budget_id
        LOOP
            DECLARE
                now_at record;
            BEGIN
                IF pass = 1 THEN
                    SELECT * INTO now_at FROM chassis.budget_period AS found
                    WHERE found.budget_id = candidate.budget_id AND found.begins_at = candidate.begins_at
                      AND found.run_id = candidate.period_run;
                ELSE
                    SELECT * INTO now_at FROM chassis.budget_period AS found
                    WHERE found.budget_id = candidate.budget_id AND found.begins_at = candidate.begins_at
                      AND found.run_id = candidate.period_run
                    FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        INSERT INTO chassis.budget_period AS made (budget_id, begins_at, ends_at, run_id)
                        VALUES (candidate.budget_id, candidate.begins_at, candidate.ends_at, candidate.period_run)
                        ON CONFLICT (budget_id, begins_at, run_id)
                            DO UPDATE SET reserved_micro_usd = made.reserved_micro_usd
                        RETURNING * INTO now_at;
                    END IF;
                    periods := periods || now_at.period_id;
                END IF;
                used := coalesce(now_at.paid_micro_usd + now_at.unknown_micro_usd, 0);
                rank := CASE
                    WHEN candidate.mode = 'soft' THEN 0
                    WHEN amount IS NULL THEN 4
                    WHEN used + amount > candidate.limit_micro_usd THEN CASE candidate.mode WHEN 'hard' THEN 3 ELSE 2 END
                    WHEN used + coalesce(now_at.reserved_micro_usd, 0) + amount > candidate.limit_micro_usd THEN 1
                    ELSE 0 END;
                IF pass = 2 AND rank = 0 AND candidate.mode = 'soft' AND now_at.warned_at IS NULL
                   AND used + now_at.reserved_micro_usd + coalesce(amount, 0) > candidate.limit_micro_usd THEN
                    warned := warned || now_at.period_id;
                END IF;
                IF rank > worst OR (rank = 0 AND worst = 0 AND cardinality(warned) = 1 AND detail IS NULL) THEN
                    worst := rank;
                    decider := candidate.budget_id;
                    detail := jsonb_build_object(
                        'scope', candidate.scope, 'name', candidate.name, 'period', candidate.period,
                        'mode', candidate.mode, 'limit', candidate.limit_micro_usd, 'used', used,
                        'reserved', coalesce(now_at.reserved_micro_usd, 0),
                        'ends', CASE WHEN candidate.ends_at < 'infinity' THEN
                                     to_char(candidate.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END,
                        'wait_us', CASE WHEN candidate.ends_at < 'infinity' THEN
                                        (extract(epoch FROM candidate.ends_at - at) * 1000000)::bigint END);
                END IF;
            END;
        END LOOP;
        -- Nor is there anything to lock where no budget was found.
        EXIT WHEN worst > 0 OR NOT FOUND;
    END LOOP;
    IF worst > 0 THEN
        verdict := (ARRAY['wait', 'held', 'refused', 'unpriced'])[worst];
        IF verdict = 'held' THEN
            INSERT INTO chassis.budget_waiter (budget_id, job_id) VALUES (decider, this_job) ON CONFLICT DO NOTHING;
        END IF;
        RETURN;
    END IF;

    UPDATE chassis.budget_period
    SET reserved_micro_usd = reserved_micro_usd + coalesce(amount, 0),
        warned_at = CASE WHEN period_id = ANY (warned) THEN at ELSE warned_at END
    WHERE period_id = ANY (periods);
    INSERT INTO chassis.step AS made
        (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at,
         connection, model, reserved_micro_usd, money, charges, price)
    VALUES (this_job, this_epoch, this_position, held.attempt, this_kind, this_name, this_effect, 'started',
            this_fingerprint, at, this_connection, this_model, coalesce(amount, 0), 'reserved', periods, this_price)
    ON CONFLICT (job_id, epoch, position) DO UPDATE
    SET state = 'started', error = NULL, settled_at = NULL, name = excluded.name, calls = made.calls + 1,
        connection = excluded.connection, model = excluded.model, reserved_micro_usd = excluded.reserved_micro_usd,
        money = 'reserved', charges = excluded.charges, price = excluded.price
    RETURNING made.calls INTO used;
    INSERT INTO chassis.ledger
        (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model, reserved_micro_usd, price)
    VALUES (at, 'reserved', held.run_id, this_job, this_epoch, this_position, used, whose.team, whose.workflow,
            this_connection, this_model, coalesce(amount, 0), this_price);
    verdict := 'granted';
END
$function$;

-- Takes the reservation of a step's last call back, and notes what was paid instead: with the outcome settled what it
-- cost (NULL where nobody knows the price), with unknown the reservation itself, with cancelled nothing. A call that was
-- unknown and is settled was found after all. What was settled before stays as it is.
--
-- Call it in the statement that settles the step, under the same fence; lock several steps first.
CREATE FUNCTION chassis.settle_call(
    this_job bigint, this_epoch bigint, this_position text, outcome text, cost bigint, this_usage jsonb, at timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
    this_call record;
    entry text;
    from_reserved bigint := 0;
    to_paid bigint := 0;
    to_unknown bigint := 0;
BEGIN
    SELECT step.*, job.run_id INTO this_call
    FROM chassis.step JOIN chassis.job USING (job_id)
    WHERE step.job_id = this_job AND step.epoch = this_epoch AND step.position = this_position;
    IF this_call.money = 'reserved' THEN
        from_reserved := this_call.reserved_micro_usd;
        IF outcome = 'settled' THEN
            to_paid := coalesce(cost, 0);
        ELSIF outcome = 'unknown' THEN
            to_unknown := this_call.reserved_micro_usd;
        END IF;
        entry := outcome;
    ELSIF this_call.money = 'unknown' AND outcome = 'settled' THEN
        to_unknown := -this_call.reserved_micro_usd;
        to_paid := coalesce(cost, 0);
        entry := 'found';
    ELSE
        RETURN;
    END IF;

    PERFORM chassis.share_budgets();
    IF cardinality(this_call.charges) > 0 THEN
        PERFORM FROM chassis.budget_period
        WHERE period_id = ANY (this_call.charges)
        ORDER BY budget_id
        FOR NO KEY UPDATE;
        UPDATE chassis.budget_period
        SET reserved_micro_usd = reserved_micro_usd - from_reserved, paid_micro_usd = paid_micro_usd + to_paid,
            unknown_micro_usd = unknown_micro_usd + to_unknown
        WHERE period_id = ANY (this_call.charges);
    END IF;
    UPDATE chassis.step SET money = outcome
    WHERE job_id = this_job AND epoch = this_epoch AND position = this_position;
    INSERT INTO chassis.ledger
        (at, kind, run_id, job_id, epoch, position, call, team, workflow, connection, model,
         reserved_micro_usd, paid_micro_usd, unknown_micro_usd, usage, is_estimated, price)
    SELECT settle_call.at, entry, this_call.run_id, this_job, this_epoch, this_position, this_call.calls, run.team,
           workflow.name, this_call.connection, this_call.model, -from_reserved, to_paid, to_unknown, this_usage,
           outcome = 'settled' AND cost IS NOT NULL AND this_usage IS NULL,
           this_call.price
    FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
    WHERE run.run_id = this_call.run_id;
END
$function$;

-- Settles as unknown what jobs left open that have ended without success: no attempt comes that would look.
CREATE FUNCTION chassis.settle_open_steps(jobs bigint[], at timestamptz) RETURNS void
LANGUAGE plpgsql
AS $function$
DECLARE
    open_step record;
BEGIN
    IF NOT EXISTS (SELECT FROM chassis.step WHERE step.job_id = ANY (jobs) AND step.state = 'started') THEN
        RETURN;
    END IF;
    PERFORM FROM chassis.step JOIN chassis.done USING (job_id)
    WHERE step.job_id = ANY (jobs) AND step.state = 'started' AND done.state <> 'succeeded'
    ORDER BY step.job_id, step.epoch, step.position
    FOR UPDATE OF step;
    PERFORM chassis.share_budgets();
    PERFORM FROM chassis.budget_period
    WHERE period_id IN (SELECT unnest(step.charges) FROM chassis.step
                        WHERE step.job_id = ANY (jobs) AND step.state = 'started')
    ORDER BY budget_id
    FOR NO KEY UPDATE;
    FOR open_step IN
        UPDATE chassis.step
        SET state = 'unknown', unknown_calls = unknown_calls + 1, settled_at = settle_open_steps.at,
            error = 'the job ended before the result was recorded'
        FROM chassis.done
        WHERE step.job_id = ANY (jobs) AND step.state = 'started'
          AND done.job_id = step.job_id AND done.state <> 'succeeded'
        RETURNING step.job_id, step.epoch, step.position
    LOOP
        PERFORM chassis.settle_call(open_step.job_id, open_step.epoch, open_step.position, 'unknown', NULL, NULL,
                                    settle_open_steps.at);
    END LOOP;
END
$function$;

-- Sets a budget, or another limit or mode of one that is there. A new one counts what was paid in its present period, and
-- the calls that are under way.
--
-- Waits for the calls that are being reserved or settled just now, and they for it.
CREATE FUNCTION chassis.set_budget(
    this_scope text, this_name text, this_period text, most bigint, this_mode text, this_run bigint, at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    made record;
    bounds record;
BEGIN
    PERFORM pg_advisory_xact_lock(7160546, 1);
    INSERT INTO chassis.budget AS kept (scope, name, period, limit_micro_usd, mode, run_id, set_at)
    VALUES (this_scope, this_name, this_period, most, this_mode, this_run, at)
    ON CONFLICT (scope, name, period) DO UPDATE
    SET limit_micro_usd = excluded.limit_micro_usd, mode = excluded.mode, set_at = excluded.set_at
    RETURNING kept.budget_id, kept.xmax = 0 AS is_new INTO made;
    IF NOT made.is_new THEN
        -- Whoever raises it wants to be told again.
        UPDATE chassis.budget_period SET warned_at = NULL
        WHERE budget_id = made.budget_id AND warned_at IS NOT NULL AND paid_micro_usd + unknown_micro_usd < most;
        RETURN made.budget_id;
    END IF;
    SELECT * INTO bounds FROM chassis.budget_bounds(this_period, at);
    INSERT INTO chassis.budget_period (budget_id, begins_at, ends_at, run_id, paid_micro_usd, unknown_micro_usd)
    SELECT made.budget_id, bounds.begins_at, bounds.ends_at, period_run, sum(paid_micro_usd), sum(unknown_micro_usd)
    FROM (SELECT ledger.*, CASE this_period WHEN 'run' THEN ledger.run_id ELSE 0 END AS period_run
          FROM chassis.ledger
          WHERE ledger.at >= bounds.begins_at) AS entry
    WHERE CASE this_scope WHEN 'team' THEN team = this_name WHEN 'connection' THEN connection = this_name
                          WHEN 'run' THEN run_id::text = this_name ELSE job_id::text = this_name END
      -- Of runs that have ended nothing more will be asked.
      AND (this_period <> 'run' OR EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = entry.run_id))
    GROUP BY period_run;
    -- The calls under way: those of jobs that a worker holds, or that have yet to be claimed again.
    WITH under_way AS MATERIALIZED (
        SELECT step.job_id, step.epoch, step.position, step.reserved_micro_usd,
               CASE this_period WHEN 'run' THEN run.run_id ELSE 0 END AS period_run
        FROM (SELECT job_id FROM chassis.lease
              UNION ALL SELECT job_id FROM chassis.ready WHERE epoch > 0
              UNION ALL SELECT job_id FROM chassis.waiting WHERE epoch > 0) AS unfinished
        JOIN chassis.step ON step.job_id = unfinished.job_id AND step.money = 'reserved'
        JOIN chassis.job ON job.job_id = step.job_id
        JOIN chassis.run ON run.run_id = job.run_id
        WHERE step.started_at >= bounds.begins_at
          AND CASE this_scope WHEN 'team' THEN run.team = this_name WHEN 'connection' THEN step.connection = this_name
                              WHEN 'run' THEN run.run_id::text = this_name ELSE job.job_id::text = this_name END
    ), charged AS (
        INSERT INTO chassis.budget_period AS kept (budget_id, begins_at, ends_at, run_id, reserved_micro_usd)
        SELECT made.budget_id, bounds.begins_at, bounds.ends_at, period_run, sum(reserved_micro_usd)
        FROM under_way
        GROUP BY period_run
        ON CONFLICT (budget_id, begins_at, run_id) DO UPDATE SET reserved_micro_usd = excluded.reserved_micro_usd
        RETURNING kept.period_id, kept.run_id
    )
    UPDATE chassis.step
    SET charges = charges || charged.period_id
    FROM under_way JOIN charged ON charged.run_id = under_way.period_run
    WHERE step.job_id = under_way.job_id AND step.epoch = under_way.epoch AND step.position = under_way.position;
    RETURN made.budget_id;
END
$function$;
