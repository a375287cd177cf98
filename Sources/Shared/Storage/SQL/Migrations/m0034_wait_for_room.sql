-- A job is told of room in a budget also where that comes about just as it begins to wait.
--
-- It looked without the lock of the period, and its name was put down behind those who had to be told: it waited until the period was
-- over, and for a run's budget for ever.

-- As before, but for the second look.
CREATE OR REPLACE FUNCTION chassis.intend_call(
    this_job bigint, this_epoch bigint, this_position text, this_kind text, this_name text, this_effect text,
    this_fingerprint bytea, this_connection text, this_model text, amount bigint, this_price jsonb,
    run_limit bigint, run_mode text, job_limit bigint, job_mode text, most_calls integer, at timestamptz,
    this_call integer, OUT verdict text, OUT detail jsonb)
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
    above record;
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
    -- Before the step is locked: whoever sets a budget locks steps behind this.
    PERFORM chassis.share_budgets();
    SELECT step.state, step.calls, step.money, step.charges INTO earlier
    FROM chassis.step
    WHERE step.job_id = this_job AND step.epoch = this_epoch AND step.position = this_position
    FOR UPDATE;
    IF FOUND AND (this_call IS NULL AND earlier.state = 'started' OR earlier.calls >= this_call) THEN
        -- It was granted before, and the answer was lost; or this comes late, and further calls were granted since.
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

    SELECT run.team, run.parent_run_id, run.parent_job_id, workflow.name AS workflow INTO whose
    FROM chassis.run JOIN chassis.workflow_version USING (version_id) JOIN chassis.workflow USING (workflow_id)
    WHERE run.run_id = held.run_id;
    -- A call counts in the budgets of the runs and jobs that started its run, too.
    SELECT '{}'::bigint[] AS runs, '{}'::bigint[] AS jobs INTO above;
    IF whose.parent_run_id IS NOT NULL THEN
        WITH RECURSIVE line AS (
            SELECT whose.parent_run_id AS run_id, whose.parent_job_id AS job_id
            UNION ALL
            SELECT run.parent_run_id, run.parent_job_id
            FROM line JOIN chassis.run USING (run_id)
            WHERE run.parent_run_id IS NOT NULL
        )
        SELECT array_agg(run_id) AS runs, array_agg(job_id) AS jobs INTO above FROM line;
    END IF;
    -- What the file says counts until somebody sets another one.
    IF run_limit IS NOT NULL OR job_limit IS NOT NULL THEN
        INSERT INTO chassis.budget (scope, name, period, limit_micro_usd, mode, run_id, set_at)
        SELECT given.scope, given.name, 'run', given.most, given.mode, held.run_id, at
        FROM (VALUES ('run', held.run_id::text, run_limit, run_mode), ('job', this_job::text, job_limit, job_mode))
            AS given (scope, name, most, mode)
        WHERE given.most IS NOT NULL
          AND NOT EXISTS (SELECT FROM chassis.budget
                          WHERE budget.scope = given.scope AND budget.name = given.name AND budget.period = 'run')
        ON CONFLICT DO NOTHING;
    END IF;

    IF earlier.money = 'reserved' THEN
        -- The periods of both calls, in the order in which everybody locks them.
        PERFORM FROM chassis.budget_period AS period
        WHERE period.period_id = ANY (earlier.charges)
           OR period.budget_id IN (
                SELECT budget.budget_id
                FROM (VALUES ('run', held.run_id::text), ('job', this_job::text), ('team', whose.team),
                             ('connection', this_connection)
                      UNION ALL SELECT 'run', unnest(above.runs)::text
                      UNION ALL SELECT 'job', unnest(above.jobs)::text) AS named (scope, name)
                JOIN chassis.budget USING (scope, name))
              AND period.begins_at <= at AND period.ends_at > at AND period.run_id = ANY (above.runs || held.run_id || 0::bigint)
        ORDER BY period.budget_id, period.period_id
        FOR NO KEY UPDATE;
        UPDATE chassis.step
        SET state = 'unknown', unknown_calls = step.unknown_calls + 1, settled_at = intend_call.at,
            error = 'another call was made before it was settled'
        WHERE step.job_id = this_job AND step.epoch = this_epoch AND step.position = this_position;
        PERFORM chassis.settle_call(this_job, this_epoch, this_position, 'unknown', NULL, NULL, at);
    END IF;

    -- First without a lock, so that those who must wait do not hold those who need not. Who finds no room looks again with it: a call
    -- that cost less than it could have tells those whom it finds waiting, under that lock.
    FOR pass IN 1..2 LOOP
        periods := '{}';
        warned := '{}';
        FOR candidate IN
            SELECT budget.*, bounds.begins_at, bounds.ends_at,
                   CASE budget.period WHEN 'run' THEN coalesce(budget.run_id, held.run_id) ELSE 0 END AS period_run
            FROM (VALUES ('run', held.run_id::text), ('job', this_job::text), ('team', whose.team),
                         ('connection', this_connection)
                  UNION ALL SELECT 'run', unnest(above.runs)::text
                  UNION ALL SELECT 'job', unnest(above.jobs)::text) AS named (scope, name)
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
        EXIT WHEN NOT FOUND OR worst > 0 AND (pass = 2 OR worst <> 2);
        IF pass = 1 THEN
            worst := 0;
            detail := NULL;
        END IF;
    END LOOP;
    IF worst > 0 THEN
        verdict := (ARRAY['wait', 'held', 'refused', 'unpriced'])[worst];
        IF verdict = 'held' THEN
            INSERT INTO chassis.budget_waiter (budget_id, job_id) VALUES (decider, this_job) ON CONFLICT DO NOTHING;
        END IF;
        RETURN;
    END IF;

    IF cardinality(periods) > 0 THEN
        UPDATE chassis.budget_period
        SET reserved_micro_usd = reserved_micro_usd + coalesce(amount, 0),
            warned_at = CASE WHEN period_id = ANY (warned) THEN at ELSE warned_at END
        WHERE period_id = ANY (periods);
    END IF;
    INSERT INTO chassis.step AS made
        (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at,
         connection, model, reserved_micro_usd, money, charges, price, calls)
    VALUES (this_job, this_epoch, this_position, held.attempt, this_kind, this_name, this_effect, 'started',
            this_fingerprint, at, this_connection, this_model, coalesce(amount, 0), 'reserved', periods, this_price,
            coalesce(this_call, 1))
    ON CONFLICT (job_id, epoch, position) DO UPDATE
    SET state = 'started', error = NULL, settled_at = NULL, name = excluded.name, calls = coalesce(this_call, made.calls + 1),
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
