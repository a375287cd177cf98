
CREATE SCHEMA chassis;

CREATE TYPE chassis.spending AS (
	run_id bigint,
	job_id bigint,
	epoch bigint,
	"position" text,
	call integer,
	paid_micro_usd bigint,
	unknown_micro_usd bigint
);

CREATE FUNCTION chassis.admit(most integer, at timestamp with time zone) RETURNS TABLE(readied_job_id bigint, readied_queue text)
    LANGUAGE plpgsql
    SET "chassis.door" TO 'open'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
    instant timestamptz;
    looked chassis.gate;
    held chassis.waiting;
    closed bigint;
    looks integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(1667785076);
    instant := coalesce(at, clock_timestamp());
    FOR looked IN
        WITH told AS (DELETE FROM chassis.gate_news RETURNING gate_id),
             due AS (UPDATE chassis.gate SET opens_at = NULL WHERE opens_at <= instant RETURNING gate_id)
        SELECT gate.*
        FROM (SELECT gate_id FROM told UNION SELECT gate_id FROM due) AS news JOIN chassis.gate USING (gate_id)
    LOOP
        IF looks >= most THEN
            INSERT INTO chassis.gate_news (gate_id) VALUES (looked.gate_id);
            CONTINUE;
        END IF;
        PERFORM chassis.expire_permits(looked.gate_id, instant - looked.period);
        LOOP
            looks := looks + 1;
            SELECT * INTO held FROM chassis.waiting
            WHERE reason = 'held' AND gate_id = looked.gate_id
            ORDER BY gate_id, -priority::integer, since, job_id
            LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                -- Jobs that somebody else holds just now may be left standing at an open gate.
                INSERT INTO chassis.gate_news (gate_id)
                SELECT looked.gate_id WHERE EXISTS (
                    SELECT FROM chassis.waiting WHERE reason = 'held' AND gate_id = looked.gate_id);
                EXIT;
            END IF;
            IF looks > most THEN
                INSERT INTO chassis.gate_news (gate_id) VALUES (looked.gate_id);
                EXIT;
            END IF;
            closed := chassis.admit_job(held, instant);
            EXIT WHEN closed = looked.gate_id;
            IF closed IS NULL THEN
                RETURN QUERY SELECT held.job_id, held.queue;
            END IF;
        END LOOP;
    END LOOP;
    FOR held IN
        SELECT * FROM chassis.waiting
        WHERE reason = 'held' AND gate_id IS NULL
        ORDER BY gate_id, -priority::integer, since, job_id
        LIMIT greatest(most - looks, 0) FOR UPDATE SKIP LOCKED
    LOOP
        IF chassis.admit_job(held, instant) IS NULL THEN
            RETURN QUERY SELECT held.job_id, held.queue;
        END IF;
    END LOOP;
END
$$;

CREATE TABLE chassis.waiting (
    job_id bigint NOT NULL,
    run_id bigint NOT NULL,
    reason text NOT NULL,
    missing integer NOT NULL,
    due_at timestamp with time zone,
    queue text NOT NULL,
    priority smallint NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    failures smallint NOT NULL,
    losses smallint NOT NULL,
    waits_for text,
    detail text,
    since timestamp with time zone,
    rule text,
    succeeded integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    is_gated boolean DEFAULT false NOT NULL,
    gate_id bigint,
    CONSTRAINT waiting_delayed_is_due_some_time CHECK (((reason <> 'delayed'::text) OR (due_at IS NOT NULL))),
    CONSTRAINT waiting_missing_is_not_negative CHECK ((missing >= 0)),
    CONSTRAINT waiting_reason_is_known CHECK ((reason = ANY (ARRAY['blocked'::text, 'delayed'::text, 'suspended'::text, 'held'::text]))),
    CONSTRAINT waiting_suspended_waits_for_something CHECK (((reason = 'suspended'::text) = (waits_for IS NOT NULL))),
    CONSTRAINT waiting_waits_for_is_known CHECK ((waits_for = ANY (ARRAY['approval'::text, 'effect'::text, 'event'::text, 'time'::text, 'budget'::text, 'run'::text, 'batch'::text, 'items'::text])))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE FUNCTION chassis.admit_job(held chassis.waiting, at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    closed bigint := chassis.find_closed_gate(held.job_id, held.run_id, held.attempt, at);
    line text;
    weight integer;
BEGIN
    IF closed IS NOT NULL THEN
        UPDATE chassis.waiting SET gate_id = closed
        WHERE job_id = held.job_id AND gate_id IS DISTINCT FROM closed;
        RETURN closed;
    END IF;
    WITH let_in AS (
        INSERT INTO chassis.permit (holder, is_run, gate_id, attempt, at)
        SELECT CASE WHEN gate.is_run THEN held.run_id ELSE held.job_id END, gate.is_run, gate.gate_id,
               CASE WHEN gate.is_rate AND NOT gate.is_run THEN held.attempt ELSE 0 END, admit_job.at
        FROM (SELECT gate_id FROM chassis.run_gate WHERE run_id = held.run_id
              UNION ALL
              SELECT gate_id FROM chassis.job_gate
              WHERE job_id = coalesce((SELECT parent_job_id FROM chassis.job WHERE job.job_id = held.job_id),
                                      held.job_id)) AS own
        JOIN chassis.gate USING (gate_id)
        ON CONFLICT DO NOTHING
        RETURNING permit.gate_id
    )
    UPDATE chassis.gate SET begun = begun + 1 FROM let_in WHERE gate.gate_id = let_in.gate_id AND gate.is_rate;
    -- A run begins once, however long it lasts.
    DELETE FROM chassis.run_gate USING chassis.gate
    WHERE run_id = held.run_id AND gate.gate_id = run_gate.gate_id AND gate.is_rate;
    SELECT coalesce(share.line, run.team), coalesce(share.weight, team_weight.weight, 1) INTO line, weight
    FROM chassis.run LEFT JOIN chassis.share USING (run_id) LEFT JOIN chassis.team_weight USING (team)
    WHERE run.run_id = held.run_id;
    DELETE FROM chassis.waiting WHERE job_id = held.job_id;
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
    VALUES (held.job_id, held.run_id, held.queue, held.priority, admit_job.at,
            chassis.next_place(held.queue, held.priority, line, weight, admit_job.at), line, held.attempt, held.epoch,
            held.failures, held.losses, true);
    RETURN NULL;
END
$$;

CREATE FUNCTION chassis.budget_bounds(period text, at timestamp with time zone, OUT begins_at timestamp with time zone, OUT ends_at timestamp with time zone) RETURNS record
    LANGUAGE sql IMMUTABLE
    AS $_$
    SELECT CASE WHEN $1 IN ('day', 'month') THEN date_trunc($1, $2 AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                ELSE '-infinity'::timestamptz END,
           CASE WHEN $1 IN ('day', 'month')
                THEN (date_trunc($1, $2 AT TIME ZONE 'UTC') + ('1 ' || $1)::interval) AT TIME ZONE 'UTC'
                ELSE 'infinity'::timestamptz END
$_$;

CREATE FUNCTION chassis.change_gates(are_runs boolean[], are_rates boolean[], scopes text[], keys text[], mosts integer[], periods_us bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unnest(are_runs, are_rates, scopes, keys, mosts, periods_us)
            AS given (is_run, is_rate, scope, key, most, period_us)
        JOIN chassis.gate USING (is_run, is_rate, scope, key)
        WHERE gate.most <> given.most
           OR gate.period IS DISTINCT FROM given.period_us * interval '1 microsecond') THEN
        PERFORM pg_advisory_xact_lock(1667785076);
        WITH changed AS (
            UPDATE chassis.gate
            SET most = given.most, period = given.period_us * interval '1 microsecond'
            FROM unnest(are_runs, are_rates, scopes, keys, mosts, periods_us)
                AS given (is_run, is_rate, scope, key, most, period_us)
            WHERE gate.is_run = given.is_run AND gate.is_rate = given.is_rate AND gate.scope = given.scope
              AND gate.key = given.key
              AND (gate.most <> given.most
                   OR gate.period IS DISTINCT FROM given.period_us * interval '1 microsecond')
            RETURNING gate.gate_id
        )
        INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM changed;
    END IF;
END
$$;

CREATE FUNCTION chassis.count_spending(this_scope text, this_name text, this_period text, this_run bigint, since timestamp with time zone, low bigint, high bigint) RETURNS SETOF chassis.spending
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    by_run boolean := this_run IS NOT NULL OR this_period = 'run';
    this_job bigint := CASE this_scope WHEN 'job' THEN this_name::bigint END;
    -- Runs that the run, or the job, has started, and those that they have; the run itself.
    runs bigint[] := CASE this_scope WHEN 'run' THEN this_run || ARRAY (SELECT chassis.runs_below(this_run, NULL))
                                     WHEN 'job' THEN ARRAY (SELECT chassis.runs_below(this_run, this_job)) END;
BEGIN
    RETURN QUERY
    WITH entry AS NOT MATERIALIZED (
        SELECT 0::bigint AS period_run, ledger.job_id, ledger.epoch, ledger.position, ledger.call,
               ledger.paid_micro_usd, ledger.unknown_micro_usd
        FROM chassis.ledger
        WHERE NOT by_run AND ledger.entry_id > low AND ledger.entry_id <= high AND ledger.at >= since
          AND CASE this_scope WHEN 'team' THEN ledger.team = this_name ELSE ledger.connection = this_name END
        UNION ALL
        SELECT CASE this_period WHEN 'run' THEN coalesce(this_run, run.run_id) ELSE 0 END, ledger.job_id, ledger.epoch, ledger.position, ledger.call,
               ledger.paid_micro_usd, ledger.unknown_micro_usd
        FROM (SELECT unnest(runs) AS run_id WHERE by_run
              UNION ALL
              -- Of runs that have ended nothing more will be asked, unless they are retried (count_retried_run).
              SELECT live_run.run_id FROM chassis.live_run WHERE by_run AND this_run IS NULL) AS run
        JOIN chassis.ledger USING (run_id)
        WHERE (ledger.paid_micro_usd <> 0 OR ledger.unknown_micro_usd <> 0) AND ledger.at >= since
          AND CASE this_scope WHEN 'team' THEN ledger.team = this_name WHEN 'connection' THEN ledger.connection = this_name
                              ELSE true END
        UNION ALL
        SELECT CASE this_period WHEN 'run' THEN this_run ELSE 0 END, ledger.job_id, ledger.epoch, ledger.position, ledger.call,
               ledger.paid_micro_usd, ledger.unknown_micro_usd
        FROM chassis.ledger
        WHERE ledger.job_id = this_job AND ledger.at >= since
    )
    SELECT entry.period_run, NULL::bigint, NULL::bigint, NULL::text, NULL::integer, sum(entry.paid_micro_usd)::bigint, 0::bigint
    FROM entry
    GROUP BY entry.period_run
    UNION ALL
    SELECT entry.period_run, entry.job_id, entry.epoch, entry.position, entry.call, 0, sum(entry.unknown_micro_usd)::bigint
    FROM entry
    WHERE entry.unknown_micro_usd <> 0
    GROUP BY entry.period_run, entry.job_id, entry.epoch, entry.position, entry.call
    HAVING sum(entry.unknown_micro_usd) <> 0;
END
$$;

CREATE FUNCTION chassis.expire_permits(given_gate bigint, until timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    expired integer;
BEGIN
    DELETE FROM chassis.permit
    WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM chassis.permit
        WHERE gate_id = given_gate AND at <= until
        ORDER BY gate_id, at
        LIMIT 10000));
    GET DIAGNOSTICS expired = ROW_COUNT;
    IF expired > 0 THEN
        UPDATE chassis.gate SET begun = begun - expired WHERE gate_id = given_gate;
    END IF;
    RETURN expired;
END
$$;

CREATE FUNCTION chassis.find_closed_gate(given_job bigint, given_run bigint, given_attempt integer, given_at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    passed record;
    last_counted timestamptz;
    counting integer;
BEGIN
    IF EXISTS (
        SELECT FROM chassis.live_run
        JOIN chassis.run USING (run_id) JOIN chassis.workflow_version USING (version_id)
        JOIN chassis.workflow USING (workflow_id)
        WHERE live_run.run_id = given_run AND (live_run.paused_at IS NOT NULL OR workflow.runs_paused_at IS NOT NULL)) THEN
        RETURN 0;
    END IF;
    FOR passed IN
        SELECT gate.*, CASE WHEN gate.is_run THEN given_run ELSE given_job END AS holder,
               CASE WHEN gate.is_rate AND NOT gate.is_run THEN given_attempt ELSE 0 END AS tried
        FROM (SELECT gate_id FROM chassis.run_gate WHERE run_id = given_run
              UNION ALL
              SELECT gate_id FROM chassis.job_gate
              WHERE job_id = coalesce((SELECT parent_job_id FROM chassis.job WHERE job.job_id = given_job), given_job)) AS own
        JOIN chassis.gate USING (gate_id)
        ORDER BY gate.is_run DESC, gate.is_rate, gate.gate_id
    LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM chassis.permit
            WHERE permit.holder = passed.holder AND permit.is_run = passed.is_run AND permit.gate_id = passed.gate_id
              AND permit.attempt = passed.tried);
        IF passed.is_rate THEN
            CONTINUE WHEN passed.begun < passed.most;
            counting := passed.begun - chassis.expire_permits(passed.gate_id, given_at - passed.period);
            CONTINUE WHEN counting < passed.most;
            SELECT permit.at INTO last_counted FROM chassis.permit
            WHERE permit.gate_id = passed.gate_id
            ORDER BY permit.gate_id, permit.at
            OFFSET counting - passed.most LIMIT 1;
            CONTINUE WHEN last_counted IS NULL OR last_counted <= given_at - passed.period;
            UPDATE chassis.gate SET opens_at = last_counted + passed.period WHERE gate_id = passed.gate_id;
        ELSE
            SELECT permit.at INTO last_counted FROM chassis.permit
            WHERE permit.gate_id = passed.gate_id
            ORDER BY permit.gate_id DESC, permit.at DESC
            OFFSET passed.most - 1 LIMIT 1;
            CONTINUE WHEN last_counted IS NULL;
        END IF;
        RETURN passed.gate_id;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE FUNCTION chassis.follow_items(parents bigint[], at timestamp with time zone) RETURNS TABLE(readied_job_id bigint, readied_queue text)
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
    mapped chassis.map;
    due bigint[] := '{}';
    released bigint[];
    released_queue text;
    furthest integer;
BEGIN
    FOR mapped IN SELECT * FROM chassis.map WHERE map.job_id = ANY (parents) ORDER BY map.job_id LOOP
        IF mapped.unfinished = 0
           OR mapped.fails_fast AND NOT mapped.is_stopped AND mapped.failed > mapped.tolerated THEN
            due := due || mapped.job_id;
        ELSIF mapped.active < mapped.at_once AND mapped.next_index < mapped.expanded AND NOT mapped.is_stopped THEN
            WITH chosen AS MATERIALIZED (
                SELECT job.job_id, job.item_index
                FROM chassis.job JOIN chassis.waiting ON waiting.job_id = job.job_id
                WHERE job.parent_job_id = mapped.job_id AND job.item_index >= mapped.next_index
                  AND waiting.reason = 'blocked'
                ORDER BY job.item_index
                LIMIT mapped.at_once - mapped.active
            ), taken AS (
                DELETE FROM chassis.waiting USING chosen
                WHERE waiting.job_id = chosen.job_id
                RETURNING waiting.*, chosen.item_index
            ), numbered AS (
                SELECT *, row_number() OVER (ORDER BY item_index) AS number, count(*) OVER () AS jobs,
                       (SELECT team FROM chassis.run WHERE run.run_id = mapped.run_id) AS team
                FROM taken
            ), line AS MATERIALIZED (
                SELECT chassis.next_place(queue, priority, team, at) AS place FROM numbered LIMIT 1
            ), pending AS (
                INSERT INTO chassis.ready
                    (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
                SELECT job_id, run_id, queue, priority, coalesce(at, now()), place + number - 1,
                       CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses, is_gated
                FROM numbered, line
            )
            SELECT coalesce(array_agg(job_id), '{}'), max(queue), max(item_index)
            INTO released, released_queue, furthest FROM taken;
            UPDATE chassis.map
            SET active = map.active + cardinality(released), next_index = coalesce(furthest + 1, map.expanded)
            WHERE map.job_id = mapped.job_id;
            RETURN QUERY SELECT unnest(released), released_queue;
        END IF;
    END LOOP;
    IF due <> '{}' THEN
        RETURN QUERY SELECT * FROM chassis.resume_jobs(due, at);
    END IF;
END
$$;

CREATE FUNCTION chassis.give_back() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH given AS (
        DELETE FROM chassis.permit USING chassis.gate
        WHERE holder = OLD.job_id AND NOT permit.is_run AND gate.gate_id = permit.gate_id AND NOT gate.is_rate
        RETURNING permit.gate_id
    )
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM given;
    RETURN NULL;
END
$$;

CREATE FUNCTION chassis.give_back_run() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH given AS (
        DELETE FROM chassis.permit USING chassis.gate
        WHERE holder = OLD.run_id AND permit.is_run AND gate.gate_id = permit.gate_id AND NOT gate.is_rate
        RETURNING permit.gate_id
    )
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM given;
    RETURN NULL;
END
$$;

CREATE FUNCTION chassis.hold() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF current_setting('chassis.door', true) = 'open' THEN
        RETURN NEW;
    END IF;
    INSERT INTO chassis.waiting
        (job_id, run_id, reason, missing, since, queue, priority, attempt, epoch, failures, losses, is_gated)
    VALUES (NEW.job_id, NEW.run_id, 'held', 0, NEW.available_at, NEW.queue, NEW.priority, NEW.attempt, NEW.epoch,
            NEW.failures, NEW.losses, true);
    RETURN NULL;
END
$$;

CREATE FUNCTION chassis.intend_call(this_job bigint, this_epoch bigint, this_position text, this_kind text, this_name text, this_effect text, this_fingerprint bytea, this_connection text, this_model text, amount bigint, this_price jsonb, run_limit bigint, run_mode text, job_limit bigint, job_mode text, most_calls integer, at timestamp with time zone, OUT verdict text, OUT detail jsonb) RETURNS record
    LANGUAGE sql
    AS $$
    SELECT verdict, detail
    FROM chassis.intend_call(
        this_job, this_epoch, this_position, this_kind, this_name, this_effect, this_fingerprint, this_connection,
        this_model, amount, this_price, run_limit, run_mode, job_limit, job_mode, most_calls, at, NULL)
$$;

CREATE FUNCTION chassis.intend_call(this_job bigint, this_epoch bigint, this_position text, this_kind text, this_name text, this_effect text, this_fingerprint bytea, this_connection text, this_model text, amount bigint, this_price jsonb, run_limit bigint, run_mode text, job_limit bigint, job_mode text, most_calls integer, at timestamp with time zone, this_call integer, OUT verdict text, OUT detail jsonb) RETURNS record
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION chassis.intend_calls(this_job bigint, this_epoch bigint, positions text[], kinds text[], names text[], effects text[], fingerprints text[], this_connection text, models text[], amounts bigint[], prices text[], run_limit bigint, run_mode text, job_limit bigint, job_mode text, most_calls integer, at timestamp with time zone, calls integer[], OUT number bigint, OUT verdict text, OUT detail jsonb) RETURNS SETOF record
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION chassis.intend_unbudgeted_calls(jobs bigint[], epochs bigint[], positions text[], kinds text[], names text[], effects text[], fingerprints text[], connections text[], models text[], amounts bigint[], prices text[], calls integer[], at timestamp with time zone) RETURNS SETOF bigint
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE TABLE chassis.job_gate (
    job_id bigint NOT NULL,
    gate_id bigint NOT NULL
);

CREATE TABLE chassis.permit (
    holder bigint NOT NULL,
    is_run boolean NOT NULL,
    gate_id bigint NOT NULL,
    attempt integer NOT NULL,
    at timestamp with time zone NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE chassis.run_gate (
    run_id bigint NOT NULL,
    gate_id bigint NOT NULL
);

CREATE FUNCTION chassis.is_gate_used(given_gate bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    BEGIN ATOMIC
 SELECT ((EXISTS ( SELECT
            FROM chassis.run_gate
           WHERE (run_gate.gate_id = is_gate_used.given_gate))) OR (EXISTS ( SELECT
            FROM chassis.job_gate
           WHERE (job_gate.gate_id = is_gate_used.given_gate))) OR (EXISTS ( SELECT
            FROM chassis.permit
           WHERE (permit.gate_id = is_gate_used.given_gate))) OR (EXISTS ( SELECT
            FROM chassis.waiting
           WHERE ((waiting.reason = 'held'::text) AND (waiting.gate_id = is_gate_used.given_gate)))));
END;

CREATE TABLE chassis.job (
    job_id bigint NOT NULL,
    run_id bigint NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    is_needed boolean DEFAULT true NOT NULL,
    rule text,
    is_judged boolean DEFAULT false NOT NULL,
    is_decisive boolean DEFAULT true NOT NULL,
    parent_job_id bigint,
    item_index integer,
    item jsonb
);

CREATE TABLE chassis.share (
    run_id bigint NOT NULL,
    line text NOT NULL,
    weight integer NOT NULL,
    CONSTRAINT share_weight_is_positive CHECK ((weight > 0))
);

CREATE FUNCTION chassis.is_gated(given_job bigint, given_run bigint) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((EXISTS (SELECT FROM chassis.run_gate WHERE (run_gate.run_id = is_gated.given_run))) OR (EXISTS (SELECT FROM chassis.share WHERE (share.run_id = is_gated.given_run))) OR (EXISTS (SELECT FROM chassis.job_gate WHERE (job_gate.job_id = COALESCE((SELECT job.parent_job_id FROM chassis.job WHERE (job.job_id = is_gated.given_job)), is_gated.given_job)))));

CREATE FUNCTION chassis.judge_run(judged bigint, at timestamp with time zone) RETURNS TABLE(readied_job_id bigint, readied_queue text)
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
    needed bigint[];
BEGIN
    WITH counts AS (
        SELECT need.job_id,
               count(*) FILTER (WHERE done.job_id IS NULL) AS missing,
               count(*) FILTER (WHERE done.state = 'succeeded') AS succeeded,
               count(*) FILTER (WHERE done.state IN ('failed', 'cancelled')
                                   OR done.state = 'skipped' AND done.is_after_failure) AS failed,
               count(*) FILTER (WHERE done.state = 'skipped' AND NOT done.is_after_failure) AS skipped
        FROM chassis.job
        JOIN chassis.waiting USING (job_id)
        JOIN chassis.need USING (job_id)
        LEFT JOIN chassis.done ON done.job_id = need.needs_job_id
        WHERE job.run_id = judged AND job.rule IS NOT NULL AND waiting.reason = 'blocked'
        GROUP BY need.job_id
    ), counted AS (
        UPDATE chassis.waiting
        SET missing = counts.missing, succeeded = counts.succeeded, failed = counts.failed, skipped = counts.skipped
        FROM counts
        WHERE waiting.job_id = counts.job_id
    )
    SELECT array_agg(DISTINCT need.needs_job_id) INTO needed FROM counts JOIN chassis.need USING (job_id);
    IF needed IS NOT NULL THEN
        RETURN QUERY SELECT * FROM chassis.spread_endings(needed, at);
    END IF;
END
$$;

CREATE FUNCTION chassis.next_place(queue text, priority smallint, team text, now timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $_$
BEGIN
    RETURN coalesce(
        (SELECT ready.place + 1
         FROM chassis.ready
         WHERE ready.queue = $1 AND ready.priority = $2 AND ready.line_end = $3
         ORDER BY ready.queue DESC, ready.priority DESC, ready.line_end DESC, ready.place DESC
         LIMIT 1),
        (SELECT ready.place
         FROM chassis.ready
         WHERE ready.queue = $1 AND -ready.priority::integer = -$2::integer
         ORDER BY ready.queue, -ready.priority::integer, ready.place
         LIMIT 1),
        (extract(epoch FROM coalesce($4, now())) * 1000000)::bigint);
END
$_$;

CREATE FUNCTION chassis.next_place(queue text, priority smallint, line text, weight integer, now timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $_$
DECLARE
    following bigint := chassis.next_place(queue, priority, line, now);
    sharing integer;
BEGIN
    IF weight > 1 THEN
        SELECT count(*) INTO sharing FROM chassis.ready
        WHERE ready.queue = $1 AND ready.priority = $2 AND ready.line_end = $3 AND ready.place = following - 1;
    END IF;
    RETURN following - CASE WHEN sharing BETWEEN 1 AND weight - 1 THEN 1 ELSE 0 END;
END
$_$;

CREATE FUNCTION chassis.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the table % is only ever added to', TG_TABLE_NAME;
END
$$;

CREATE TABLE chassis.done (
    job_id bigint NOT NULL,
    run_id bigint NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    session_id bigint,
    failures smallint NOT NULL,
    losses smallint NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    output jsonb,
    output_blob text,
    error jsonb,
    is_after_failure boolean DEFAULT false NOT NULL,
    CONSTRAINT done_has_one_output CHECK (((output IS NULL) OR (output_blob IS NULL))),
    CONSTRAINT done_state_is_final CHECK ((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'skipped'::text, 'cancelled'::text])))
);

CREATE TABLE chassis.ready (
    job_id bigint NOT NULL,
    run_id bigint NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    available_at timestamp with time zone NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    failures smallint NOT NULL,
    losses smallint NOT NULL,
    place bigint NOT NULL,
    line_end text,
    is_gated boolean DEFAULT false NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE chassis.run (
    run_id bigint NOT NULL,
    version_id bigint NOT NULL,
    team text NOT NULL,
    params jsonb NOT NULL,
    idempotency_key text,
    created_at timestamp with time zone NOT NULL,
    forked_from bigint,
    requested_by text,
    parent_run_id bigint,
    parent_job_id bigint,
    depth smallint DEFAULT 0 NOT NULL,
    call bytea,
    may_go_on boolean DEFAULT false NOT NULL
);

CREATE TABLE chassis.wake (
    job_id bigint NOT NULL
);

CREATE FUNCTION chassis.resume_jobs(given bigint[], at timestamp with time zone) RETURNS TABLE(readied_job_id bigint, readied_queue text)
    LANGUAGE sql
    BEGIN ATOMIC
 WITH taken AS (
          DELETE FROM chassis.waiting
           WHERE ((waiting.job_id = ANY (resume_jobs.given)) AND (waiting.reason = 'suspended'::text))
           RETURNING waiting.job_id,
             waiting.run_id,
             waiting.reason,
             waiting.missing,
             waiting.due_at,
             waiting.queue,
             waiting.priority,
             waiting.attempt,
             waiting.epoch,
             waiting.failures,
             waiting.losses,
             waiting.waits_for,
             waiting.detail,
             waiting.since,
             waiting.rule,
             waiting.succeeded,
             waiting.failed,
             waiting.skipped,
             waiting.is_gated,
             waiting.gate_id
         ), remembered AS (
          INSERT INTO chassis.wake (job_id)  SELECT job.job_id
                    FROM chassis.job
                   WHERE ((job.job_id = ANY (resume_jobs.given)) AND (NOT (EXISTS ( SELECT
                            FROM taken
                           WHERE (taken.job_id = job.job_id)))) AND (NOT (EXISTS ( SELECT
                            FROM chassis.done
                           WHERE (done.job_id = job.job_id))))) ON CONFLICT(job_id) DO NOTHING
         ), numbered AS (
          SELECT taken.job_id,
             taken.run_id,
             taken.reason,
             taken.missing,
             taken.due_at,
             taken.queue,
             taken.priority,
             taken.attempt,
             taken.epoch,
             taken.failures,
             taken.losses,
             taken.waits_for,
             taken.detail,
             taken.since,
             taken.rule,
             taken.succeeded,
             taken.failed,
             taken.skipped,
             taken.is_gated,
             taken.gate_id,
             taken.team,
             row_number() OVER (PARTITION BY taken.queue, taken.priority, taken.team ORDER BY taken.job_id) AS number
            FROM ( SELECT taken_1.job_id,
                     taken_1.run_id,
                     taken_1.reason,
                     taken_1.missing,
                     taken_1.due_at,
                     taken_1.queue,
                     taken_1.priority,
                     taken_1.attempt,
                     taken_1.epoch,
                     taken_1.failures,
                     taken_1.losses,
                     taken_1.waits_for,
                     taken_1.detail,
                     taken_1.since,
                     taken_1.rule,
                     taken_1.succeeded,
                     taken_1.failed,
                     taken_1.skipped,
                     taken_1.is_gated,
                     taken_1.gate_id,
                     ( SELECT run.team
                            FROM chassis.run
                           WHERE (run.run_id = taken_1.run_id)) AS team
                    FROM taken taken_1) taken
         ), line AS MATERIALIZED (
          SELECT numbered.queue,
             numbered.priority,
             numbered.team,
             count(*) AS jobs,
             chassis.next_place(numbered.queue, numbered.priority, numbered.team, resume_jobs.at) AS place
            FROM numbered
           GROUP BY numbered.queue, numbered.priority, numbered.team
         )
  INSERT INTO chassis.ready (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)  SELECT numbered.job_id,
             numbered.run_id,
             numbered.queue,
             numbered.priority,
             COALESCE(resume_jobs.at, now()) AS "coalesce",
             ((line.place + numbered.number) - 1),
                 CASE
                     WHEN (numbered.number = line.jobs) THEN numbered.team
                     ELSE NULL::text
                 END AS "case",
             numbered.attempt,
             numbered.epoch,
             numbered.failures,
             numbered.losses,
             numbered.is_gated
            FROM (numbered
              JOIN line USING (queue, priority, team))
   RETURNING ready.job_id,
     ready.queue;
END;

CREATE TABLE chassis.event (
    event_id bigint NOT NULL,
    team text NOT NULL,
    name text NOT NULL,
    key text,
    data jsonb NOT NULL,
    source text NOT NULL,
    idempotency_key text,
    at timestamp with time zone NOT NULL,
    is_dispatched boolean DEFAULT false NOT NULL,
    run_id bigint,
    job_id bigint,
    epoch bigint,
    depth smallint DEFAULT 0 NOT NULL
);

CREATE TABLE chassis.news (
    trigger_id bigint NOT NULL,
    event_id bigint NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    state text DEFAULT 'new'::text NOT NULL,
    run_id bigint,
    error text,
    CONSTRAINT news_is_taken_by_a_run CHECK (((state = 'started'::text) = (run_id IS NOT NULL))),
    CONSTRAINT news_state_is_known CHECK ((state = ANY (ARRAY['new'::text, 'held'::text, 'started'::text, 'refused'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE FUNCTION chassis.run_depth(of_run bigint) RETURNS smallint
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH RECURSIVE line AS (
          SELECT run.run_id,
             run.parent_run_id
            FROM chassis.run
           WHERE (run.run_id = run_depth.of_run)
         UNION ALL
          SELECT run.run_id,
             run.parent_run_id
            FROM (line line_1
              JOIN chassis.run ON ((run.run_id = line_1.parent_run_id)))
         )
  SELECT (COALESCE((max(event.depth) + 1), 0))::smallint AS "coalesce"
    FROM ((line
      JOIN chassis.news ON ((news.run_id = line.run_id)))
      JOIN chassis.event ON ((event.event_id = news.event_id)));
END;

CREATE FUNCTION chassis.runs_below(this_run bigint, this_job bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    AS $$
    WITH RECURSIVE line AS (
        SELECT run_id FROM chassis.run
        WHERE parent_run_id = this_run AND (this_job IS NULL OR parent_job_id = this_job)
        UNION ALL
        SELECT run.run_id FROM line JOIN chassis.run ON run.parent_run_id = line.run_id
    )
    SELECT run_id FROM line
$$;

CREATE FUNCTION chassis.set_budget(this_scope text, this_name text, this_period text, most bigint, this_mode text, this_run bigint, at timestamp with time zone) RETURNS bigint
    LANGUAGE sql
    AS $$
    SELECT chassis.set_budget(this_scope, this_name, this_period, most, this_mode, this_run, at, 0)
$$;

CREATE FUNCTION chassis.set_budget(this_scope text, this_name text, this_period text, most bigint, this_mode text, this_run bigint, at timestamp with time zone, ledger_end bigint) RETURNS bigint
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
DECLARE
    made record;
    bounds record;
    earlier chassis.spending[];
    -- Runs that the run, or the job, has started, and those that they have.
    below bigint[] := CASE this_scope WHEN 'run' THEN ARRAY (SELECT chassis.runs_below(this_run, NULL))
                                      WHEN 'job' THEN ARRAY (SELECT chassis.runs_below(this_run, this_name::bigint))
                                      ELSE '{}' END;
BEGIN
    SELECT * INTO bounds FROM chassis.budget_bounds(this_period, at);
    IF this_run IS NOT NULL OR this_period = 'run'
       OR EXISTS (SELECT FROM chassis.budget
                  WHERE budget.scope = this_scope AND budget.name = this_name AND budget.period = this_period) THEN
        ledger_end := 0;
    ELSE
        earlier := ARRAY (SELECT spending FROM chassis.count_spending(
            this_scope, this_name, this_period, this_run, bounds.begins_at, 0, ledger_end) AS spending);
    END IF;
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
    -- What was paid; and each call that is unknown, which is to be corrected here when it is found, or its cost is told. One that
    -- became unknown in an earlier period, and was found in this one, has nothing here to take back.
    WITH counted AS MATERIALIZED (
        SELECT part.run_id, part.job_id, part.epoch, part.position, part.call, sum(part.paid_micro_usd) AS paid,
               greatest(0, sum(part.unknown_micro_usd)) AS unknown
        FROM (SELECT * FROM unnest(earlier)
              UNION ALL
              SELECT * FROM chassis.count_spending(
                  this_scope, this_name, this_period, this_run, bounds.begins_at, ledger_end, 9223372036854775807)) AS part
        GROUP BY part.run_id, part.job_id, part.epoch, part.position, part.call
    ), charged AS (
        INSERT INTO chassis.budget_period AS kept
            (budget_id, begins_at, ends_at, run_id, paid_micro_usd, unknown_micro_usd)
        SELECT made.budget_id, bounds.begins_at, bounds.ends_at, counted.run_id, sum(paid), sum(unknown)
        FROM counted
        GROUP BY counted.run_id
        RETURNING kept.period_id, kept.run_id
    )
    UPDATE chassis.step
    SET charges = charges || charged.period_id
    FROM counted JOIN charged USING (run_id)
    WHERE counted.unknown > 0 AND step.job_id = counted.job_id AND step.epoch = counted.epoch
      AND step.position = counted.position AND step.calls = counted.call AND step.money = 'unknown';
    -- The calls under way: those of jobs that a worker holds, or that have yet to be claimed again.
    WITH under_way AS MATERIALIZED (
        SELECT step.job_id, step.epoch, step.position, step.reserved_micro_usd,
               CASE this_period WHEN 'run' THEN coalesce(this_run, run.run_id) ELSE 0 END AS period_run
        FROM (SELECT job_id FROM chassis.lease
              UNION ALL SELECT job_id FROM chassis.ready WHERE epoch > 0
              UNION ALL SELECT job_id FROM chassis.waiting WHERE epoch > 0) AS unfinished
        JOIN chassis.step ON step.job_id = unfinished.job_id AND step.money = 'reserved'
        JOIN chassis.job ON job.job_id = step.job_id
        JOIN chassis.run ON run.run_id = job.run_id
        WHERE step.started_at >= bounds.begins_at
          AND CASE this_scope WHEN 'team' THEN run.team = this_name WHEN 'connection' THEN step.connection = this_name
                              WHEN 'run' THEN run.run_id::text = this_name OR run.run_id = ANY (below)
                              ELSE job.job_id::text = this_name OR run.run_id = ANY (below) END
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
$$;

CREATE FUNCTION chassis.settle_call(this_job bigint, this_epoch bigint, this_position text, outcome text, cost bigint, this_usage jsonb, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
    ELSIF this_call.money = 'unknown' AND outcome IN ('settled', 'cancelled') THEN
        to_unknown := -this_call.reserved_micro_usd;
        IF outcome = 'settled' THEN
            to_paid := coalesce(cost, 0);
        END IF;
        entry := CASE outcome WHEN 'settled' THEN 'found' ELSE 'cancelled' END;
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
        IF to_unknown < 0 THEN
            -- Whoever finds no room waits under the lock of the period, so all of them are seen. One that is locked is being resumed,
            -- and looks at the budget behind this.
            UPDATE chassis.budget_waiter SET has_news = true
            WHERE ctid = ANY (ARRAY(
                SELECT budget_waiter.ctid
                FROM chassis.budget_waiter JOIN chassis.budget_period USING (budget_id)
                WHERE budget_period.period_id = ANY (this_call.charges) AND NOT has_news
                FOR UPDATE OF budget_waiter SKIP LOCKED));
        END IF;
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
$$;

CREATE FUNCTION chassis.settle_calls(this_job bigint, this_epoch bigint, positions text[], states text[], usages text[], costs bigint[], lost_calls smallint[], errors text[], calls integer[], at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_material TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
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
$$;

CREATE FUNCTION chassis.settle_open_steps(jobs bigint[], at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    open_step record;
BEGIN
    IF NOT EXISTS (SELECT FROM chassis.step WHERE step.job_id = ANY (jobs) AND step.state = 'started') THEN
        RETURN;
    END IF;
    PERFORM FROM chassis.step JOIN chassis.done USING (job_id)
    WHERE step.job_id = ANY (jobs) AND step.state = 'started'
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
          AND done.job_id = step.job_id
        RETURNING step.job_id, step.epoch, step.position
    LOOP
        PERFORM chassis.settle_call(open_step.job_id, open_step.epoch, open_step.position, 'unknown', NULL, NULL,
                                    settle_open_steps.at);
    END LOOP;
END
$$;

CREATE FUNCTION chassis.settle_unbudgeted_calls(jobs bigint[], epochs bigint[], positions text[], states text[], usages text[], costs bigint[], lost_calls smallint[], errors text[], calls integer[], at timestamp with time zone) RETURNS SETOF bigint
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_material TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
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
$$;

CREATE FUNCTION chassis.share_budgets() RETURNS void
    LANGUAGE sql
    AS $$ SELECT pg_advisory_xact_lock_shared(7160546, 1) $$;

CREATE FUNCTION chassis.spread_endings(given bigint[], at timestamp with time zone) RETURNS TABLE(readied_job_id bigint, readied_queue text)
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
    level bigint[] := given;
    ended bigint[] := given;
BEGIN
    LOOP
        WITH taken AS (
            DELETE FROM chassis.waiting
            WHERE reason = 'blocked'
              AND waiting.job_id = ANY (ARRAY (
                  SELECT DISTINCT need.job_id FROM chassis.need WHERE need.needs_job_id = ANY (level)))
              AND NOT chassis.verdict(rule, missing, succeeded, failed, skipped, run_id)
            RETURNING *
        ), recorded AS (
            INSERT INTO chassis.done
                (job_id, run_id, state, attempt, epoch, failures, losses, ended_at, queue, priority, is_after_failure)
            SELECT taken.job_id, run_id, 'skipped', 0, epoch, failures, losses, coalesce(at, now()), queue, priority,
                   failed > 0
            FROM taken
        ), counted AS (
            UPDATE chassis.live_run
            SET unfinished = unfinished - counts.skipped, has_skips = has_skips OR counts.skips
            FROM (SELECT run_id, count(*) AS skipped, bool_or(failed = 0) AS skips FROM taken GROUP BY run_id) AS counts
            WHERE live_run.run_id = counts.run_id
        )
        SELECT array_agg(taken.job_id ORDER BY taken.job_id) INTO level FROM taken;
        EXIT WHEN level IS NULL;
        ended := ended || level;
        UPDATE chassis.waiting
        SET missing = waiting.missing - counts.ended, failed = waiting.failed + counts.failed,
            skipped = waiting.skipped + counts.ended - counts.failed
        FROM (SELECT need.job_id, count(*) AS ended, count(*) FILTER (WHERE done.is_after_failure) AS failed
              FROM chassis.need JOIN chassis.done ON done.job_id = need.needs_job_id
              WHERE need.needs_job_id = ANY (level)
              GROUP BY need.job_id) AS counts
        WHERE waiting.job_id = counts.job_id AND waiting.reason = 'blocked';
    END LOOP;
    RETURN QUERY
    WITH taken AS (
        DELETE FROM chassis.waiting
        WHERE reason = 'blocked'
          AND waiting.job_id = ANY (ARRAY (
              SELECT DISTINCT need.job_id FROM chassis.need WHERE need.needs_job_id = ANY (ended)))
          AND chassis.verdict(rule, missing, succeeded, failed, skipped, run_id)
        RETURNING *
    ), numbered AS (
        SELECT *, row_number() OVER (PARTITION BY queue, priority, team ORDER BY job_id) AS number
        FROM (SELECT *, (SELECT team FROM chassis.run WHERE run.run_id = taken.run_id) AS team FROM taken) AS taken
    ), line AS MATERIALIZED (
        SELECT queue, priority, team, count(*) AS jobs, chassis.next_place(queue, priority, team, at) AS place
        FROM numbered
        GROUP BY queue, priority, team
    )
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
    SELECT job_id, run_id, queue, priority, coalesce(at, now()), place + number - 1,
           CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses, is_gated
    FROM numbered JOIN line USING (queue, priority, team)
    RETURNING ready.job_id, ready.queue;
END
$$;

CREATE FUNCTION chassis.sweep_permits(given_at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
DECLARE
    found_stale bigint;
    instant timestamptz := coalesce(given_at, now());
BEGIN
    PERFORM pg_advisory_xact_lock(1667785076);
    PERFORM chassis.expire_permits(gate_id, instant - period) FROM chassis.gate WHERE is_rate AND begun > 0;
    WITH counted AS MATERIALIZED (
        SELECT gate_id, begun, (SELECT count(*) FROM chassis.permit WHERE permit.gate_id = gate.gate_id) AS permits
        FROM chassis.gate
        WHERE is_rate AND (begun >= most OR begun < 0)
          AND (counted_at IS NULL OR counted_at <= instant - interval '10 minutes')
    ), corrected AS (
        UPDATE chassis.gate SET begun = permits, counted_at = instant
        FROM counted
        WHERE gate.gate_id = counted.gate_id
    )
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM counted WHERE permits <> begun;
    WITH stale AS (
        DELETE FROM chassis.permit USING chassis.gate
        WHERE gate.gate_id = permit.gate_id AND NOT gate.is_rate
          AND CASE
              WHEN gate.is_run
              THEN NOT EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = permit.holder)
              ELSE NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = permit.holder)
                  AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = permit.holder)
          END
        RETURNING permit.gate_id
    ), told AS (
        INSERT INTO chassis.gate_news (gate_id) SELECT DISTINCT gate_id FROM stale
    )
    SELECT count(*) INTO found_stale FROM stale;
    RETURN found_stale;
END
$$;

CREATE FUNCTION chassis.tell_of_end() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- Sent with the commit, once however many runs end in the transaction.
    PERFORM pg_notify('chassis_ended', '');
    RETURN NULL;
END
$$;

CREATE TABLE chassis.live_run (
    run_id bigint NOT NULL,
    unfinished integer NOT NULL,
    unsuccessful integer DEFAULT 0 NOT NULL,
    cancelled_at timestamp with time zone,
    jobs integer NOT NULL,
    has_skips boolean DEFAULT false NOT NULL,
    parent_job_id bigint,
    is_gated boolean DEFAULT false NOT NULL,
    paused_at timestamp with time zone,
    has_notice boolean DEFAULT false NOT NULL,
    is_late boolean DEFAULT false NOT NULL,
    is_awaited boolean DEFAULT false NOT NULL,
    CONSTRAINT live_run_unfinished_is_not_negative CHECK ((unfinished >= 0))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE FUNCTION chassis.verdict(rule text, missing integer, succeeded integer, failed integer, skipped integer, run_id bigint) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN CASE WHEN (rule IS NULL) THEN CASE WHEN (failed > 0) THEN false WHEN (missing = 0) THEN (skipped = 0) ELSE NULL::boolean END WHEN (rule = ANY (ARRAY['all_done'::text, 'always'::text])) THEN CASE WHEN (missing = 0) THEN true ELSE NULL::boolean END WHEN (rule = 'all_failed'::text) THEN CASE WHEN (missing = 0) THEN ((succeeded + skipped) = 0) ELSE NULL::boolean END WHEN (rule = 'any_succeeded'::text) THEN CASE WHEN (succeeded > 0) THEN true WHEN (missing = 0) THEN false ELSE NULL::boolean END WHEN (rule = 'any_failed'::text) THEN CASE WHEN (failed > 0) THEN true WHEN (missing = 0) THEN false ELSE NULL::boolean END WHEN (rule = 'any_done'::text) THEN CASE WHEN ((((succeeded + failed) + skipped) > 0) OR (missing = 0)) THEN true ELSE NULL::boolean END WHEN (rule = 'none_failed'::text) THEN CASE WHEN (failed > 0) THEN false WHEN (missing = 0) THEN true ELSE NULL::boolean END WHEN (rule = 'none_failed_any_succeeded'::text) THEN CASE WHEN (failed > 0) THEN false WHEN (missing = 0) THEN (succeeded > 0) ELSE NULL::boolean END WHEN (rule = 'none_skipped'::text) THEN CASE WHEN (missing = 0) THEN (skipped = 0) ELSE NULL::boolean END WHEN (rule = 'on_failure'::text) THEN CASE WHEN (missing = 0) THEN (SELECT (live_run.unsuccessful > 0) FROM chassis.live_run WHERE (live_run.run_id = verdict.run_id)) ELSE NULL::boolean END WHEN (rule = 'on_success'::text) THEN CASE WHEN (missing = 0) THEN (SELECT (live_run.unsuccessful = 0) FROM chassis.live_run WHERE (live_run.run_id = verdict.run_id)) ELSE NULL::boolean END ELSE NULL::boolean END;

CREATE TABLE chassis.access_token (
    token_sha256 bytea NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    teams text[],
    roles text[],
    CONSTRAINT access_token_is_sha256 CHECK ((octet_length(token_sha256) = 32))
);

CREATE TABLE chassis.approval (
    approval_id bigint NOT NULL,
    run_id bigint NOT NULL,
    job_id bigint NOT NULL,
    kind text NOT NULL,
    "position" text NOT NULL,
    fingerprint bytea NOT NULL,
    round bigint NOT NULL,
    title text NOT NULL,
    request jsonb NOT NULL,
    digest bytea NOT NULL,
    proposal jsonb,
    role text,
    needed smallint NOT NULL,
    allows_requester boolean NOT NULL,
    otherwise text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    state text NOT NULL,
    decided_at timestamp with time zone,
    decided_by text,
    reason text,
    spent_at timestamp with time zone,
    spent_epoch bigint,
    CONSTRAINT approval_kind_is_known CHECK ((kind = ANY (ARRAY['call'::text, 'question'::text, 'output'::text, 'gate'::text, 'effect'::text]))),
    CONSTRAINT approval_needs_somebody CHECK ((needed > 0)),
    CONSTRAINT approval_open_is_undecided CHECK (((state = 'open'::text) = (decided_at IS NULL))),
    CONSTRAINT approval_otherwise_is_known CHECK ((otherwise = ANY (ARRAY['deny'::text, 'fail'::text]))),
    CONSTRAINT approval_spent_was_approved CHECK (((spent_at IS NULL) OR (state = 'approved'::text))),
    CONSTRAINT approval_state_is_known CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'denied'::text, 'changes'::text, 'expired'::text, 'happened'::text, 'not_happened'::text, 'failed'::text])))
);

ALTER TABLE chassis.approval ALTER COLUMN approval_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.approval_approval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.approval_vote (
    approval_id bigint NOT NULL,
    actor text NOT NULL,
    digest bytea NOT NULL,
    verdict text NOT NULL,
    reason text,
    at timestamp with time zone NOT NULL
);

CREATE TABLE chassis.arrival (
    source text NOT NULL,
    path text NOT NULL,
    mark text NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone
);

CREATE TABLE chassis.asset_partition (
    team text NOT NULL,
    name text NOT NULL,
    partition text NOT NULL,
    updates bigint NOT NULL,
    event_id bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE chassis.attempt (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    attempt integer NOT NULL,
    session_id bigint,
    outcome text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    error jsonb,
    CONSTRAINT attempt_outcome_is_known CHECK ((outcome = ANY (ARRAY['failed'::text, 'released'::text, 'lost'::text, 'suspended'::text, 'cancelled'::text])))
);

CREATE TABLE chassis.audit (
    audit_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    run_id bigint,
    reason text,
    detail jsonb
);

ALTER TABLE chassis.audit ALTER COLUMN audit_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.audit_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.backfill (
    backfill_id bigint NOT NULL,
    schedule_id bigint,
    version_id bigint NOT NULL,
    newest_first boolean NOT NULL,
    most_active integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    paused_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    ended_at timestamp with time zone,
    trigger_id bigint,
    error text,
    requested_by text,
    CONSTRAINT backfill_is_of_one_thing CHECK ((num_nonnulls(schedule_id, trigger_id) = 1)),
    CONSTRAINT backfill_runs_something CHECK ((most_active > 0))
);

ALTER TABLE chassis.backfill ALTER COLUMN backfill_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.backfill_backfill_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.backfill_item (
    backfill_id bigint NOT NULL,
    due_at timestamp with time zone,
    state text NOT NULL,
    run_id bigint,
    number bigint NOT NULL,
    partition text,
    error text,
    CONSTRAINT backfill_item_is_one_thing CHECK ((num_nonnulls(due_at, partition) = 1)),
    CONSTRAINT backfill_item_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'refused'::text])))
);

ALTER TABLE chassis.backfill_item ALTER COLUMN number ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME chassis.backfill_item_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.batch (
    batch_id bigint NOT NULL,
    key text DEFAULT ('chassis-'::text || replace((gen_random_uuid())::text, '-'::text, ''::text)) NOT NULL,
    connection text NOT NULL,
    model text NOT NULL,
    state text NOT NULL,
    provider_id text,
    made_at timestamp with time zone NOT NULL,
    tried_at timestamp with time zone,
    sent_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    due_at timestamp with time zone NOT NULL,
    session_id bigint,
    turn bigint DEFAULT 0 NOT NULL,
    detail text,
    abandoned_at timestamp with time zone,
    CONSTRAINT batch_state_is_known CHECK ((state = ANY (ARRAY['made'::text, 'sent'::text, 'ended'::text]))),
    CONSTRAINT batch_that_was_sent_has_an_id CHECK (((state <> 'sent'::text) OR (provider_id IS NOT NULL)))
);

ALTER TABLE chassis.batch ALTER COLUMN batch_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.batch_batch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.batched_call (
    call_id bigint NOT NULL,
    key text DEFAULT ('chassis-'::text || replace((gen_random_uuid())::text, '-'::text, ''::text)) NOT NULL,
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    "position" text NOT NULL,
    fingerprint bytea NOT NULL,
    connection text NOT NULL,
    model text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    batch_id bigint,
    request text NOT NULL,
    request_bytes bigint NOT NULL,
    answer text,
    error jsonb,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT batched_call_is_of_a_batch CHECK (((state = 'waiting'::text) OR (batch_id IS NOT NULL))),
    CONSTRAINT batched_call_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'answered'::text, 'failed'::text, 'unknown'::text])))
);

ALTER TABLE chassis.batched_call ALTER COLUMN call_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.batched_call_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.budget (
    budget_id bigint NOT NULL,
    scope text NOT NULL,
    name text NOT NULL,
    period text NOT NULL,
    limit_micro_usd bigint NOT NULL,
    mode text NOT NULL,
    run_id bigint,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT budget_limit_is_not_negative CHECK ((limit_micro_usd >= 0)),
    CONSTRAINT budget_mode_is_known CHECK ((mode = ANY (ARRAY['hard'::text, 'soft'::text, 'hold'::text]))),
    CONSTRAINT budget_period_is_known CHECK ((period = ANY (ARRAY['run'::text, 'day'::text, 'month'::text, 'total'::text]))),
    CONSTRAINT budget_scope_is_known CHECK ((scope = ANY (ARRAY['job'::text, 'run'::text, 'team'::text, 'connection'::text])))
);

ALTER TABLE chassis.budget ALTER COLUMN budget_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.budget_budget_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.budget_period (
    period_id bigint NOT NULL,
    budget_id bigint NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    run_id bigint NOT NULL,
    reserved_micro_usd bigint DEFAULT 0 NOT NULL,
    paid_micro_usd bigint DEFAULT 0 NOT NULL,
    unknown_micro_usd bigint DEFAULT 0 NOT NULL,
    warned_at timestamp with time zone,
    CONSTRAINT budget_period_reserved_is_not_negative CHECK ((reserved_micro_usd >= 0))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');

ALTER TABLE chassis.budget_period ALTER COLUMN period_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.budget_period_period_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.budget_waiter (
    budget_id bigint NOT NULL,
    job_id bigint NOT NULL,
    has_news boolean DEFAULT false NOT NULL
);

CREATE TABLE chassis.connection_call (
    call_id bigint NOT NULL,
    connection text NOT NULL,
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    tokens bigint NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT connection_call_tokens_are_not_negative CHECK ((tokens >= 0))
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

ALTER TABLE chassis.connection_call ALTER COLUMN call_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.connection_call_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.connection_gate (
    connection text NOT NULL,
    not_before timestamp with time zone
)
WITH (fillfactor='50');

CREATE TABLE chassis.due_time (
    schedule_id bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    run_id bigint,
    at timestamp with time zone NOT NULL,
    CONSTRAINT due_time_outcome_is_known CHECK ((outcome = ANY (ARRAY['started'::text, 'triggered'::text, 'skipped'::text])))
);

CREATE TABLE chassis.ended_run (
    run_id bigint NOT NULL,
    state text NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    CONSTRAINT ended_run_state_is_final CHECK ((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE chassis.event ALTER COLUMN event_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.event_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.event_trigger (
    trigger_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    name text NOT NULL,
    version_id bigint NOT NULL,
    team text NOT NULL,
    summary text NOT NULL,
    gather text NOT NULL,
    max_active integer,
    active_runs bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    last_run_id bigint,
    last_at timestamp with time zone,
    looked_at timestamp with time zone,
    retry_at timestamp with time zone,
    error text,
    paused_at timestamp with time zone,
    removed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE chassis.event_trigger_name (
    team text NOT NULL,
    name text NOT NULL,
    trigger_id bigint NOT NULL
);

ALTER TABLE chassis.event_trigger ALTER COLUMN trigger_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.event_trigger_trigger_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.event_wait (
    job_id bigint NOT NULL,
    team text NOT NULL,
    name text NOT NULL,
    key text,
    seen bigint DEFAULT 0 NOT NULL,
    since_at timestamp with time zone
);

CREATE TABLE chassis.fork (
    run_id bigint NOT NULL,
    source_run_id bigint NOT NULL,
    job text,
    step text,
    inherits text NOT NULL,
    through text,
    edit jsonb NOT NULL,
    cut jsonb,
    CONSTRAINT fork_cut_is_at_a_step CHECK (((cut IS NULL) OR ((step IS NOT NULL) AND (inherits = 'none'::text)))),
    CONSTRAINT fork_inherits_is_known CHECK ((inherits = ANY (ARRAY['all'::text, 'through'::text, 'none'::text]))),
    CONSTRAINT fork_step_is_of_a_job CHECK (((job IS NOT NULL) OR ((step IS NULL) AND (inherits = 'all'::text)))),
    CONSTRAINT fork_through_is_a_step CHECK (((inherits = 'through'::text) = (through IS NOT NULL)))
);

CREATE TABLE chassis.fresh_start (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    last_run_id bigint NOT NULL
);

CREATE TABLE chassis.gate (
    gate_id bigint NOT NULL,
    is_run boolean NOT NULL,
    is_rate boolean NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    most integer NOT NULL,
    period interval,
    opens_at timestamp with time zone,
    begun integer DEFAULT 0 NOT NULL,
    counted_at timestamp with time zone,
    CONSTRAINT gate_lets_something_in CHECK ((most > 0)),
    CONSTRAINT gate_of_a_rate_has_a_period CHECK ((is_rate = (period IS NOT NULL)))
);

ALTER TABLE chassis.gate ALTER COLUMN gate_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.gate_gate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.gate_news (
    gate_id bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');

CREATE UNLOGGED TABLE chassis.incarnation (
    is_only boolean DEFAULT true NOT NULL,
    name text NOT NULL,
    CONSTRAINT incarnation_is_one_row CHECK (is_only)
);

ALTER TABLE chassis.job ALTER COLUMN job_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.job_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.lease (
    job_id bigint NOT NULL,
    run_id bigint NOT NULL,
    session_id bigint NOT NULL,
    queue text NOT NULL,
    priority smallint NOT NULL,
    attempt integer NOT NULL,
    epoch bigint NOT NULL,
    failures smallint NOT NULL,
    losses smallint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    is_gated boolean DEFAULT false NOT NULL,
    CONSTRAINT lease_epoch_is_positive CHECK ((epoch > 0))
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE chassis.ledger (
    entry_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    run_id bigint NOT NULL,
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    "position" text,
    call integer,
    team text NOT NULL,
    workflow text NOT NULL,
    connection text,
    model text,
    reserved_micro_usd bigint DEFAULT 0 NOT NULL,
    paid_micro_usd bigint DEFAULT 0 NOT NULL,
    unknown_micro_usd bigint DEFAULT 0 NOT NULL,
    saved_micro_usd bigint DEFAULT 0 NOT NULL,
    usage jsonb,
    is_estimated boolean DEFAULT false NOT NULL,
    price jsonb,
    CONSTRAINT ledger_kind_is_known CHECK ((kind = ANY (ARRAY['reserved'::text, 'settled'::text, 'unknown'::text, 'found'::text, 'cancelled'::text, 'replayed'::text])))
);

ALTER TABLE chassis.ledger ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.ledger_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW chassis.left_call AS
 SELECT batched_call.call_id,
    batched_call.connection
   FROM chassis.batched_call
  WHERE ((batched_call.state <> 'sent'::text) AND ((EXISTS ( SELECT
           FROM chassis.done
          WHERE (done.job_id = batched_call.job_id))) OR (NOT (EXISTS ( SELECT
           FROM chassis.job
          WHERE (job.job_id = batched_call.job_id)))) OR ((EXISTS ( SELECT
           FROM (chassis.job
             JOIN chassis.done ON ((done.job_id = job.parent_job_id)))
          WHERE (job.job_id = batched_call.job_id))) AND (NOT (EXISTS ( SELECT
           FROM chassis.waiting
          WHERE (waiting.job_id = batched_call.job_id)))) AND (NOT (EXISTS ( SELECT
           FROM chassis.ready
          WHERE (ready.job_id = batched_call.job_id)))) AND (NOT (EXISTS ( SELECT
           FROM chassis.lease
          WHERE (lease.job_id = batched_call.job_id)))))));

CREATE TABLE chassis.log (
    run_id bigint NOT NULL,
    number bigint NOT NULL,
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    stream text NOT NULL,
    line text NOT NULL,
    CONSTRAINT log_stream_is_known CHECK ((stream = ANY (ARRAY['event'::text, 'stdout'::text, 'stderr'::text, 'model'::text])))
);

ALTER TABLE chassis.log ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.log_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.map (
    job_id bigint NOT NULL,
    run_id bigint NOT NULL,
    items integer NOT NULL,
    at_once integer,
    tolerated integer,
    fails_fast boolean NOT NULL,
    expanded integer DEFAULT 0 NOT NULL,
    unfinished integer NOT NULL,
    active integer DEFAULT 0 NOT NULL,
    next_index integer DEFAULT 0 NOT NULL,
    succeeded integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    is_stopped boolean DEFAULT false NOT NULL,
    CONSTRAINT map_unfinished_is_not_negative CHECK ((unfinished >= 0))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

CREATE TABLE chassis.need (
    needs_job_id bigint NOT NULL,
    job_id bigint NOT NULL
);

CREATE TABLE chassis.notice (
    run_id bigint NOT NULL,
    endings text[] NOT NULL
);

CREATE TABLE chassis.outbox (
    message_id bigint NOT NULL,
    event text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    tries smallint DEFAULT 0 NOT NULL,
    error text
);

ALTER TABLE chassis.outbox ALTER COLUMN message_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.outbox_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.price (
    provider text NOT NULL,
    model text NOT NULL,
    effective_from timestamp with time zone NOT NULL,
    price jsonb NOT NULL,
    set_at timestamp with time zone NOT NULL
);

CREATE TABLE chassis.pruned_run (
    run_id bigint NOT NULL,
    next_at timestamp with time zone NOT NULL
);

CREATE TABLE chassis.queue_pause (
    queue text NOT NULL,
    paused_at timestamp with time zone NOT NULL
);

CREATE TABLE chassis.replay (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    steps integer NOT NULL,
    model_calls integer NOT NULL,
    saved_micro_usd bigint NOT NULL,
    damaged integer NOT NULL,
    at timestamp with time zone NOT NULL,
    served jsonb
);

ALTER TABLE chassis.run ALTER COLUMN run_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.run_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.run_start (
    workflow text NOT NULL,
    team text NOT NULL,
    key text NOT NULL,
    run_id bigint,
    first_at timestamp with time zone NOT NULL
);

CREATE TABLE chassis.schedule (
    schedule_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    name text NOT NULL,
    version_id bigint NOT NULL,
    rule text NOT NULL,
    summary text NOT NULL,
    timezone text NOT NULL,
    catchup text NOT NULL,
    overlap text NOT NULL,
    next_due timestamp with time zone,
    next_at timestamp with time zone,
    last_due timestamp with time zone,
    last_run_id bigint,
    active_runs bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    blocked_by bigint,
    is_queued boolean DEFAULT false NOT NULL,
    error text,
    paused_at timestamp with time zone,
    removed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE chassis.schedule ALTER COLUMN schedule_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.schedule_schedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chassis.schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamp with time zone NOT NULL
);

CREATE TABLE chassis.session (
    session_id bigint NOT NULL,
    worker text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    queues text[] NOT NULL,
    slots integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    renewed_at timestamp with time zone NOT NULL,
    lease_expires_at timestamp with time zone NOT NULL,
    incarnation text,
    lock_missing_at timestamp with time zone,
    draining_at timestamp with time zone,
    ended_at timestamp with time zone,
    end_reason text,
    labels text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT session_end_reason_is_known CHECK ((end_reason = ANY (ARRAY['finished'::text, 'process gone'::text, 'lease expired'::text])))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000', autovacuum_vacuum_cost_delay='0');

ALTER TABLE chassis.session ALTER COLUMN session_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.session_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW chassis.spare_run AS
 SELECT ended_run.run_id,
    ended_run.ended_at
   FROM chassis.ended_run
  WHERE ((NOT (EXISTS ( SELECT
           FROM chassis.run
          WHERE (run.forked_from = ended_run.run_id)))) AND (NOT (EXISTS ( SELECT
           FROM (chassis.run child
             JOIN chassis.run parent ON ((parent.run_id = child.parent_run_id)))
          WHERE (child.run_id = ended_run.run_id)))) AND (NOT (EXISTS ( WITH RECURSIVE line(run_id) AS (
                 SELECT run.run_id
                   FROM chassis.run
                  WHERE (run.parent_run_id = ended_run.run_id)
                UNION ALL
                 SELECT below.run_id
                   FROM (line line_1
                     CROSS JOIN LATERAL ( SELECT run.run_id
                           FROM chassis.run
                          WHERE (run.parent_run_id = line_1.run_id)
                         OFFSET 0) below)
                )
         SELECT
           FROM line
          WHERE (EXISTS ( SELECT
                   FROM chassis.live_run
                  WHERE (live_run.run_id = line.run_id)
                 OFFSET 0))))) AND (NOT (EXISTS ( SELECT
           FROM (chassis.batched_call
             JOIN chassis.job USING (job_id))
          WHERE (job.run_id = ended_run.run_id)))));

CREATE TABLE chassis.step (
    job_id bigint NOT NULL,
    epoch bigint NOT NULL,
    "position" text NOT NULL,
    attempt integer NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    effect text NOT NULL,
    state text NOT NULL,
    fingerprint bytea NOT NULL,
    unknown_calls smallint DEFAULT 0 NOT NULL,
    usage jsonb,
    cost_micro_usd bigint,
    error text,
    started_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    calls integer DEFAULT 1 NOT NULL,
    connection text,
    model text,
    reserved_micro_usd bigint,
    money text,
    charges bigint[],
    price jsonb,
    CONSTRAINT step_effect_is_known CHECK ((effect = ANY (ARRAY['none'::text, 'idempotent'::text, 'once'::text]))),
    CONSTRAINT step_kind_is_known CHECK ((kind = ANY (ARRAY['model'::text, 'tool'::text, 'step'::text]))),
    CONSTRAINT step_money_is_known CHECK ((money = ANY (ARRAY['reserved'::text, 'settled'::text, 'unknown'::text, 'cancelled'::text]))),
    CONSTRAINT step_state_is_known CHECK ((state = ANY (ARRAY['started'::text, 'recorded'::text, 'failed'::text, 'unknown'::text, 'dismissed'::text])))
);

CREATE TABLE chassis.team_weight (
    team text NOT NULL,
    weight integer NOT NULL,
    CONSTRAINT team_weight_is_positive CHECK ((weight > 0))
);

CREATE TABLE chassis.version_need (
    version_id bigint NOT NULL,
    workflow text NOT NULL,
    number integer NOT NULL
);

CREATE TABLE chassis.watch (
    run_id bigint NOT NULL,
    job_id bigint NOT NULL,
    kind text NOT NULL,
    length_us bigint NOT NULL,
    otherwise text NOT NULL,
    since timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    passed_at timestamp with time zone,
    CONSTRAINT watch_is_for_a_while CHECK ((length_us > 0)),
    CONSTRAINT watch_kind_is_known CHECK ((kind = ANY (ARRAY['queue'::text, 'total'::text, 'deadline'::text]))),
    CONSTRAINT watch_otherwise_is_known CHECK ((otherwise = ANY (ARRAY['tell'::text, 'fail'::text, 'cancel'::text])))
)
WITH (fillfactor='70');

CREATE TABLE chassis.workflow (
    workflow_id bigint NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    deployed_version_id bigint,
    runs_paused_at timestamp with time zone,
    pinned_at timestamp with time zone
);

CREATE TABLE chassis.workflow_version (
    version_id bigint NOT NULL,
    workflow_id bigint NOT NULL,
    number integer NOT NULL,
    source_sha256 bytea NOT NULL,
    source text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    spare_at timestamp with time zone
);

ALTER TABLE chassis.workflow_version ALTER COLUMN version_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.workflow_version_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE chassis.workflow ALTER COLUMN workflow_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chassis.workflow_workflow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY chassis.access_token
    ADD CONSTRAINT access_token_pkey PRIMARY KEY (token_sha256);

ALTER TABLE ONLY chassis.approval
    ADD CONSTRAINT approval_is_asked_once UNIQUE (job_id, kind, "position", fingerprint, round);

ALTER TABLE ONLY chassis.approval
    ADD CONSTRAINT approval_pkey PRIMARY KEY (approval_id);

ALTER TABLE ONLY chassis.approval_vote
    ADD CONSTRAINT approval_vote_pkey PRIMARY KEY (approval_id, actor, digest);

ALTER TABLE ONLY chassis.arrival
    ADD CONSTRAINT arrival_pkey PRIMARY KEY (source, path);

ALTER TABLE ONLY chassis.asset_partition
    ADD CONSTRAINT asset_partition_pkey PRIMARY KEY (team, name, partition);

ALTER TABLE ONLY chassis.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (job_id, epoch);

ALTER TABLE ONLY chassis.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (audit_id);

ALTER TABLE ONLY chassis.backfill_item
    ADD CONSTRAINT backfill_item_pkey PRIMARY KEY (backfill_id, number);

ALTER TABLE ONLY chassis.backfill
    ADD CONSTRAINT backfill_pkey PRIMARY KEY (backfill_id);

ALTER TABLE ONLY chassis.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (batch_id);

ALTER TABLE ONLY chassis.batched_call
    ADD CONSTRAINT batched_call_is_unique UNIQUE (job_id, "position", fingerprint);

ALTER TABLE ONLY chassis.batched_call
    ADD CONSTRAINT batched_call_pkey PRIMARY KEY (call_id);

ALTER TABLE ONLY chassis.budget
    ADD CONSTRAINT budget_is_unique UNIQUE (scope, name, period);

ALTER TABLE ONLY chassis.budget_period
    ADD CONSTRAINT budget_period_is_unique UNIQUE (budget_id, begins_at, run_id);

ALTER TABLE ONLY chassis.budget_period
    ADD CONSTRAINT budget_period_pkey PRIMARY KEY (period_id);

ALTER TABLE ONLY chassis.budget
    ADD CONSTRAINT budget_pkey PRIMARY KEY (budget_id);

ALTER TABLE ONLY chassis.budget_waiter
    ADD CONSTRAINT budget_waiter_pkey PRIMARY KEY (job_id, budget_id);

ALTER TABLE ONLY chassis.connection_call
    ADD CONSTRAINT connection_call_pkey PRIMARY KEY (call_id);

ALTER TABLE ONLY chassis.connection_gate
    ADD CONSTRAINT connection_gate_pkey PRIMARY KEY (connection);

ALTER TABLE ONLY chassis.done
    ADD CONSTRAINT done_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.due_time
    ADD CONSTRAINT due_time_pkey PRIMARY KEY (schedule_id, due_at);

ALTER TABLE ONLY chassis.ended_run
    ADD CONSTRAINT ended_run_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY chassis.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY chassis.event_trigger
    ADD CONSTRAINT event_trigger_name_is_unique UNIQUE (workflow_id, name);

ALTER TABLE ONLY chassis.event_trigger_name
    ADD CONSTRAINT event_trigger_name_pkey PRIMARY KEY (team, name, trigger_id);

ALTER TABLE ONLY chassis.event_trigger
    ADD CONSTRAINT event_trigger_pkey PRIMARY KEY (trigger_id);

ALTER TABLE ONLY chassis.event_wait
    ADD CONSTRAINT event_wait_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.fork
    ADD CONSTRAINT fork_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY chassis.fresh_start
    ADD CONSTRAINT fresh_start_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.gate
    ADD CONSTRAINT gate_is_unique UNIQUE (scope, key, is_run, is_rate);

ALTER TABLE ONLY chassis.gate
    ADD CONSTRAINT gate_pkey PRIMARY KEY (gate_id);

ALTER TABLE ONLY chassis.incarnation
    ADD CONSTRAINT incarnation_pkey PRIMARY KEY (is_only);

ALTER TABLE ONLY chassis.job_gate
    ADD CONSTRAINT job_gate_pkey PRIMARY KEY (job_id, gate_id);

ALTER TABLE ONLY chassis.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.job
    ADD CONSTRAINT job_position_is_unique UNIQUE (run_id, "position");

ALTER TABLE ONLY chassis.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY chassis.live_run
    ADD CONSTRAINT live_run_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY chassis.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (run_id, number);

ALTER TABLE ONLY chassis.map
    ADD CONSTRAINT map_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.need
    ADD CONSTRAINT need_pkey PRIMARY KEY (needs_job_id, job_id);

ALTER TABLE ONLY chassis.news
    ADD CONSTRAINT news_pkey PRIMARY KEY (event_id, trigger_id);

ALTER TABLE ONLY chassis.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY chassis.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY chassis.permit
    ADD CONSTRAINT permit_pkey PRIMARY KEY (holder, is_run, gate_id, attempt);

ALTER TABLE ONLY chassis.price
    ADD CONSTRAINT price_pkey PRIMARY KEY (provider, model, effective_from);

ALTER TABLE ONLY chassis.pruned_run
    ADD CONSTRAINT pruned_run_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY chassis.queue_pause
    ADD CONSTRAINT queue_pause_pkey PRIMARY KEY (queue);

ALTER TABLE ONLY chassis.ready
    ADD CONSTRAINT ready_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.replay
    ADD CONSTRAINT replay_pkey PRIMARY KEY (job_id, epoch);

ALTER TABLE ONLY chassis.run_gate
    ADD CONSTRAINT run_gate_pkey PRIMARY KEY (run_id, gate_id);

ALTER TABLE ONLY chassis.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY chassis.run_start
    ADD CONSTRAINT run_start_pkey PRIMARY KEY (workflow, team, key);

ALTER TABLE ONLY chassis.schedule
    ADD CONSTRAINT schedule_name_is_unique UNIQUE (workflow_id, name);

ALTER TABLE ONLY chassis.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (schedule_id);

ALTER TABLE ONLY chassis.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY chassis.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY chassis.share
    ADD CONSTRAINT share_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY chassis.step
    ADD CONSTRAINT step_pkey PRIMARY KEY (job_id, epoch, "position");

ALTER TABLE ONLY chassis.team_weight
    ADD CONSTRAINT team_weight_pkey PRIMARY KEY (team);

ALTER TABLE ONLY chassis.version_need
    ADD CONSTRAINT version_need_pkey PRIMARY KEY (version_id, workflow, number);

ALTER TABLE ONLY chassis.waiting
    ADD CONSTRAINT waiting_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.wake
    ADD CONSTRAINT wake_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY chassis.watch
    ADD CONSTRAINT watch_pkey PRIMARY KEY (run_id, job_id, kind);

ALTER TABLE ONLY chassis.workflow
    ADD CONSTRAINT workflow_name_is_unique UNIQUE (name);

ALTER TABLE ONLY chassis.workflow
    ADD CONSTRAINT workflow_pkey PRIMARY KEY (workflow_id);

ALTER TABLE ONLY chassis.workflow_version
    ADD CONSTRAINT workflow_version_content_is_unique UNIQUE (workflow_id, source_sha256);

ALTER TABLE ONLY chassis.workflow_version
    ADD CONSTRAINT workflow_version_number_is_unique UNIQUE (workflow_id, number);

ALTER TABLE ONLY chassis.workflow_version
    ADD CONSTRAINT workflow_version_pkey PRIMARY KEY (version_id);

CREATE INDEX approval_by_run ON chassis.approval USING btree (run_id, approval_id);

CREATE INDEX approval_due ON chassis.approval USING btree (expires_at) WHERE ((state = 'open'::text) AND (expires_at IS NOT NULL));

CREATE INDEX approval_open ON chassis.approval USING btree (approval_id) WHERE (state = 'open'::text);

CREATE INDEX arrival_seen_at ON chassis.arrival USING btree (seen_at);

CREATE INDEX audit_by_run ON chassis.audit USING btree (run_id, audit_id) WHERE (run_id IS NOT NULL);

CREATE INDEX backfill_by_schedule ON chassis.backfill USING btree (schedule_id) WHERE (schedule_id IS NOT NULL);

CREATE INDEX backfill_by_trigger ON chassis.backfill USING btree (trigger_id) WHERE (trigger_id IS NOT NULL);

CREATE UNIQUE INDEX backfill_item_due_time_is_unique ON chassis.backfill_item USING btree (backfill_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX backfill_item_open ON chassis.backfill_item USING btree (backfill_id, state, number) WHERE (state = ANY (ARRAY['pending'::text, 'running'::text]));

CREATE UNIQUE INDEX backfill_item_partition_is_unique ON chassis.backfill_item USING btree (backfill_id, partition) WHERE (partition IS NOT NULL);

CREATE INDEX backfill_live ON chassis.backfill USING btree (backfill_id) WHERE (ended_at IS NULL);

CREATE INDEX batch_due ON chassis.batch USING btree (connection, due_at) WHERE (state <> 'ended'::text);

CREATE UNIQUE INDEX batch_of_provider ON chassis.batch USING btree (connection, provider_id) WHERE (provider_id IS NOT NULL);

CREATE INDEX batched_call_by_job ON chassis.batched_call USING btree (job_id);

CREATE UNIQUE INDEX batched_call_by_key ON chassis.batched_call USING btree (key);

CREATE INDEX batched_call_of_batch ON chassis.batched_call USING btree (batch_id);

CREATE INDEX batched_call_waiting ON chassis.batched_call USING btree (connection, model, call_id) WHERE (state = 'waiting'::text);

CREATE INDEX budget_of_run ON chassis.budget USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE INDEX budget_period_of_run ON chassis.budget_period USING btree (run_id) WHERE (run_id <> 0);

CREATE INDEX budget_waiter_by_budget ON chassis.budget_waiter USING btree (budget_id);

CREATE INDEX connection_call_open ON chassis.connection_call USING btree (connection) WHERE (ended_at IS NULL);

CREATE INDEX connection_call_recent ON chassis.connection_call USING btree (connection, begun_at);

CREATE INDEX due_time_at ON chassis.due_time USING btree (at);

CREATE INDEX ended_run_at ON chassis.ended_run USING btree (ended_at);

CREATE INDEX ended_run_by_state ON chassis.ended_run USING btree (state, run_id);

CREATE INDEX event_at ON chassis.event USING btree (at);

CREATE INDEX event_by_name ON chassis.event USING btree (team, name, event_id);

CREATE UNIQUE INDEX event_idempotency_key_is_unique ON chassis.event USING btree (team, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE UNIQUE INDEX event_of_job_is_unique ON chassis.event USING btree (job_id, epoch, name, COALESCE(key, ''::text)) WHERE (job_id IS NOT NULL);

CREATE INDEX event_to_dispatch ON chassis.event USING btree (event_id) WHERE (NOT is_dispatched);

CREATE INDEX event_trigger_name_by_trigger ON chassis.event_trigger_name USING btree (trigger_id);

CREATE INDEX event_wait_by_name ON chassis.event_wait USING btree (team, name, key);

CREATE INDEX gate_opens ON chassis.gate USING btree (opens_at) WHERE (opens_at IS NOT NULL);

CREATE UNIQUE INDEX job_by_parent ON chassis.job USING btree (parent_job_id, item_index) WHERE (parent_job_id IS NOT NULL);

CREATE INDEX job_gate_by_gate ON chassis.job_gate USING btree (gate_id);

CREATE INDEX ledger_at ON chassis.ledger USING brin (at) WITH (autosummarize='on');

CREATE INDEX ledger_by_job ON chassis.ledger USING btree (job_id);

CREATE INDEX ledger_by_run ON chassis.ledger USING btree (run_id) WHERE ((paid_micro_usd <> 0) OR (unknown_micro_usd <> 0));

CREATE INDEX live_run_cancelled ON chassis.live_run USING btree (run_id) WHERE (cancelled_at IS NOT NULL);

CREATE INDEX live_run_paused ON chassis.live_run USING btree (run_id) WHERE (paused_at IS NOT NULL);

CREATE INDEX map_by_run ON chassis.map USING btree (run_id);

CREATE INDEX need_by_job ON chassis.need USING btree (job_id);

CREATE INDEX news_by_run ON chassis.news USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE INDEX news_new ON chassis.news USING btree (trigger_id, event_id) WHERE (state = 'new'::text);

CREATE INDEX news_pending ON chassis.news USING btree (trigger_id, name, key, event_id) WHERE (state = ANY (ARRAY['new'::text, 'held'::text]));

CREATE INDEX news_refused ON chassis.news USING btree (trigger_id) WHERE (state = 'refused'::text);

CREATE INDEX news_started ON chassis.news USING btree (trigger_id, key) WHERE (state = 'started'::text);

CREATE INDEX outbox_created_at ON chassis.outbox USING btree (created_at);

CREATE INDEX outbox_due ON chassis.outbox USING btree (next_at);

CREATE INDEX permit_by_gate ON chassis.permit USING btree (gate_id, at);

CREATE INDEX pruned_run_due ON chassis.pruned_run USING btree (next_at);

CREATE INDEX ready_line ON chassis.ready USING btree (queue, priority, line_end, place) WHERE (line_end IS NOT NULL);

CREATE INDEX ready_order ON chassis.ready USING btree (queue, ((- (priority)::integer)), place);

CREATE INDEX ready_tried ON chassis.ready USING btree (run_id) WHERE (epoch > 0);

CREATE INDEX run_by_parent ON chassis.run USING btree (parent_run_id) WHERE (parent_run_id IS NOT NULL);

CREATE INDEX run_by_version ON chassis.run USING btree (version_id, run_id);

CREATE INDEX run_forked_from ON chassis.run USING btree (forked_from) WHERE (forked_from IS NOT NULL);

CREATE INDEX run_gate_by_gate ON chassis.run_gate USING btree (gate_id);

CREATE UNIQUE INDEX run_idempotency_key_is_unique ON chassis.run USING btree (team, idempotency_key) WHERE (idempotency_key IS NOT NULL);

CREATE INDEX run_start_by_run ON chassis.run_start USING btree (run_id);

CREATE INDEX schedule_blocked ON chassis.schedule USING btree (blocked_by) WHERE (blocked_by IS NOT NULL);

CREATE INDEX schedule_next ON chassis.schedule USING btree (next_at) WHERE ((paused_at IS NULL) AND (removed_at IS NULL) AND (blocked_by IS NULL) AND (next_at IS NOT NULL));

CREATE INDEX session_ended ON chassis.session USING btree (ended_at);

CREATE INDEX session_live ON chassis.session USING btree (session_id) WHERE (ended_at IS NULL);

CREATE INDEX version_need_by_name ON chassis.version_need USING btree (workflow, number);

CREATE INDEX waiting_due ON chassis.waiting USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX waiting_held ON chassis.waiting USING btree (gate_id, ((- (priority)::integer)), since, job_id) WHERE (reason = 'held'::text);

CREATE INDEX waiting_tried ON chassis.waiting USING btree (run_id) WHERE (epoch > 0);

CREATE INDEX watch_due ON chassis.watch USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE TRIGGER audit_is_only_added_to BEFORE DELETE OR UPDATE OR TRUNCATE ON chassis.audit FOR EACH STATEMENT EXECUTE FUNCTION chassis.refuse_change();

CREATE TRIGGER give_back AFTER DELETE ON chassis.lease FOR EACH ROW WHEN (old.is_gated) EXECUTE FUNCTION chassis.give_back();

CREATE TRIGGER give_back AFTER DELETE ON chassis.live_run FOR EACH ROW WHEN (old.is_gated) EXECUTE FUNCTION chassis.give_back_run();

CREATE TRIGGER hold BEFORE INSERT ON chassis.ready FOR EACH ROW WHEN (new.is_gated) EXECUTE FUNCTION chassis.hold();

CREATE TRIGGER tell_of_end AFTER DELETE ON chassis.live_run FOR EACH ROW WHEN (old.is_awaited) EXECUTE FUNCTION chassis.tell_of_end();

ALTER TABLE ONLY chassis.batched_call
    ADD CONSTRAINT batched_call_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES chassis.batch(batch_id);

ALTER TABLE ONLY chassis.budget_period
    ADD CONSTRAINT budget_period_budget_id_fkey FOREIGN KEY (budget_id) REFERENCES chassis.budget(budget_id) ON DELETE CASCADE;

ALTER TABLE ONLY chassis.event_trigger
    ADD CONSTRAINT event_trigger_version_id_fkey FOREIGN KEY (version_id) REFERENCES chassis.workflow_version(version_id);

ALTER TABLE ONLY chassis.event_trigger
    ADD CONSTRAINT event_trigger_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES chassis.workflow(workflow_id);

ALTER TABLE ONLY chassis.news
    ADD CONSTRAINT news_event_id_fkey FOREIGN KEY (event_id) REFERENCES chassis.event(event_id) ON DELETE CASCADE;

ALTER TABLE ONLY chassis.schedule
    ADD CONSTRAINT schedule_version_id_fkey FOREIGN KEY (version_id) REFERENCES chassis.workflow_version(version_id);

ALTER TABLE ONLY chassis.schedule
    ADD CONSTRAINT schedule_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES chassis.workflow(workflow_id);

ALTER TABLE ONLY chassis.workflow_version
    ADD CONSTRAINT workflow_version_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES chassis.workflow(workflow_id);

