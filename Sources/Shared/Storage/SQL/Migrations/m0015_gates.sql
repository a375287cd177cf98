-- Gates: what keeps a job from becoming pending although nothing in its graph does. A limit on how many at once, a rate,
-- a pause.
--
-- A job with gates is never put into ready by those who make it pending: a trigger turns it aside into waiting, as held.
-- One door lets held jobs through, in their order, one transaction at a time (chassis.admit). So claims know nothing of
-- gates, and what is held is in no index that a claim walks.

ALTER TABLE chassis.waiting
    ADD COLUMN is_gated boolean NOT NULL DEFAULT false,
    -- The closed gate a held job stands at: NULL when nobody has looked yet, 0 when its run or workflow is paused.
    ADD COLUMN gate_id bigint;
ALTER TABLE chassis.ready ADD COLUMN is_gated boolean NOT NULL DEFAULT false;
ALTER TABLE chassis.lease ADD COLUMN is_gated boolean NOT NULL DEFAULT false;
ALTER TABLE chassis.live_run
    ADD COLUMN is_gated boolean NOT NULL DEFAULT false,
    ADD COLUMN paused_at timestamptz;
ALTER TABLE chassis.workflow ADD COLUMN runs_paused_at timestamptz;
CREATE INDEX live_run_paused ON chassis.live_run (run_id) WHERE paused_at IS NOT NULL;

-- What a worker has, as pairs such as gpu=a100: jobs that ask for labels stand in queues named after them.
ALTER TABLE chassis.session ADD COLUMN labels text[] NOT NULL DEFAULT '{}';

ALTER TABLE chassis.waiting DROP CONSTRAINT waiting_reason_is_known;
ALTER TABLE chassis.waiting ADD CONSTRAINT waiting_reason_is_known
    CHECK (reason IN ('blocked', 'delayed', 'suspended', 'held'));
CREATE INDEX waiting_held ON chassis.waiting (gate_id, (-priority::integer), since, job_id) WHERE reason = 'held';

-- Claims look at this table once: what is in a paused queue stays where it is.
CREATE TABLE chassis.queue_pause (
    queue text PRIMARY KEY,
    paused_at timestamptz NOT NULL
);

-- What at most so many may hold at once or, where there is a period, may begin within it. Runs and jobs are held to
-- different gates.
CREATE TABLE chassis.gate (
    gate_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    is_run boolean NOT NULL,
    is_rate boolean NOT NULL,
    -- Whose limit it is, such as "workflow churn", "job churn/extract" or "team growth".
    scope text NOT NULL,
    key text NOT NULL,
    most integer NOT NULL,
    period interval,
    -- When a rate that was full lets the next one in.
    opens_at timestamptz,
    CONSTRAINT gate_is_unique UNIQUE (scope, key, is_run, is_rate),
    CONSTRAINT gate_lets_something_in CHECK (most > 0),
    CONSTRAINT gate_of_a_rate_has_a_period CHECK (is_rate = (period IS NOT NULL))
);
CREATE INDEX gate_opens ON chassis.gate (opens_at) WHERE opens_at IS NOT NULL;

-- The gates that all jobs of a run, and single jobs, have to pass. Items of a mapped job pass those of the mapped job.
CREATE TABLE chassis.run_gate (
    run_id bigint NOT NULL,
    gate_id bigint NOT NULL,
    PRIMARY KEY (run_id, gate_id)
);
CREATE TABLE chassis.job_gate (
    job_id bigint NOT NULL,
    gate_id bigint NOT NULL,
    PRIMARY KEY (job_id, gate_id)
);
CREATE INDEX job_gate_by_gate ON chassis.job_gate (gate_id);
CREATE INDEX run_gate_by_gate ON chassis.run_gate (gate_id);

-- Who was let in. Where there is no period, a permit counts while its run lives, or its job is in ready or lease: it is
-- deleted in the same transaction, and one that was left all the same is found by chassis.sweep_permits. With a period,
-- it counts for so long, for one attempt.
CREATE TABLE chassis.permit (
    holder bigint NOT NULL,
    is_run boolean NOT NULL,
    gate_id bigint NOT NULL,
    attempt integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (holder, is_run, gate_id, attempt)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX permit_by_gate ON chassis.permit (gate_id, at);

-- Gates at which somebody gave back a permit, or whose limit was changed. Any number of rows of the same gate.
CREATE TABLE chassis.gate_news (
    gate_id bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Runs whose jobs do not stand in the line of their team, or not with its weight.
CREATE TABLE chassis.share (
    run_id bigint PRIMARY KEY,
    line text NOT NULL,
    weight integer NOT NULL,
    CONSTRAINT share_weight_is_positive CHECK (weight > 0)
);

-- How many jobs of a team go in each turn of its queues; 1 where there is no row.
CREATE TABLE chassis.team_weight (
    team text PRIMARY KEY,
    weight integer NOT NULL,
    CONSTRAINT team_weight_is_positive CHECK (weight > 0)
);

-- The last run that was started with a key, where submissions become one run by it, and when the first of those
-- submissions came.
CREATE TABLE chassis.run_start (
    workflow text NOT NULL,
    team text NOT NULL,
    key text NOT NULL,
    run_id bigint,
    first_at timestamptz NOT NULL,
    PRIMARY KEY (workflow, team, key)
);
CREATE INDEX run_start_by_run ON chassis.run_start (run_id);

-- Whether a job has to pass gates, or all of its run have to.
CREATE FUNCTION chassis.is_gated(given_job bigint, given_run bigint) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM chassis.run_gate WHERE run_id = given_run)
    OR EXISTS (SELECT FROM chassis.share WHERE run_id = given_run)
    OR EXISTS (SELECT FROM chassis.job_gate
               WHERE job_id = coalesce((SELECT parent_job_id FROM chassis.job WHERE job.job_id = given_job), given_job));

-- Turns a job aside that was to become pending. What admit lets through goes on.
CREATE FUNCTION chassis.hold() RETURNS trigger
LANGUAGE plpgsql
AS $function$
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
$function$;
CREATE TRIGGER hold BEFORE INSERT ON chassis.ready FOR EACH ROW WHEN (NEW.is_gated) EXECUTE FUNCTION chassis.hold();

-- Gives back what a job held.
CREATE FUNCTION chassis.give_back() RETURNS trigger
LANGUAGE plpgsql
AS $function$
BEGIN
    WITH given AS (
        DELETE FROM chassis.permit USING chassis.gate
        WHERE holder = OLD.job_id AND NOT permit.is_run AND gate.gate_id = permit.gate_id AND NOT gate.is_rate
        RETURNING permit.gate_id
    )
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM given;
    RETURN NULL;
END
$function$;
CREATE TRIGGER give_back AFTER DELETE ON chassis.lease
    FOR EACH ROW WHEN (OLD.is_gated) EXECUTE FUNCTION chassis.give_back();

-- Gives back what a run held.
CREATE FUNCTION chassis.give_back_run() RETURNS trigger
LANGUAGE plpgsql
AS $function$
BEGIN
    WITH given AS (
        DELETE FROM chassis.permit USING chassis.gate
        WHERE holder = OLD.run_id AND permit.is_run AND gate.gate_id = permit.gate_id AND NOT gate.is_rate
        RETURNING permit.gate_id
    )
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM given;
    RETURN NULL;
END
$function$;
CREATE TRIGGER give_back AFTER DELETE ON chassis.live_run
    FOR EACH ROW WHEN (OLD.is_gated) EXECUTE FUNCTION chassis.give_back_run();

-- Finds the gate that keeps a job from becoming pending: 0 for a pause, NULL when none does. Notes when a rate opens.
CREATE FUNCTION chassis.find_closed_gate(given_job bigint, given_run bigint, given_attempt integer, given_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    passed record;
    last_counted timestamptz;
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
        SELECT permit.at INTO last_counted FROM chassis.permit
        WHERE permit.gate_id = passed.gate_id
        ORDER BY permit.gate_id DESC, permit.at DESC
        OFFSET passed.most - 1 LIMIT 1;
        CONTINUE WHEN last_counted IS NULL OR passed.is_rate AND last_counted <= given_at - passed.period;
        IF passed.is_rate THEN
            UPDATE chassis.gate SET opens_at = last_counted + passed.period WHERE gate_id = passed.gate_id;
        END IF;
        RETURN passed.gate_id;
    END LOOP;
    RETURN NULL;
END
$function$;

-- The place of a job that becomes pending in a line of some weight: so many of its jobs share a place.
CREATE FUNCTION chassis.next_place(queue text, priority smallint, line text, weight integer, now timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off
AS $function$
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
$function$;

-- Makes one held job pending, or files it under the gate that is closed. Returns that gate, NULL when it is pending now.
CREATE FUNCTION chassis.admit_job(held chassis.waiting, at timestamptz) RETURNS bigint
LANGUAGE plpgsql
AS $function$
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
    INSERT INTO chassis.permit (holder, is_run, gate_id, attempt, at)
    SELECT CASE WHEN gate.is_run THEN held.run_id ELSE held.job_id END, gate.is_run, gate.gate_id,
           CASE WHEN gate.is_rate AND NOT gate.is_run THEN held.attempt ELSE 0 END, admit_job.at
    FROM (SELECT gate_id FROM chassis.run_gate WHERE run_id = held.run_id
          UNION ALL
          SELECT gate_id FROM chassis.job_gate
          WHERE job_id = coalesce((SELECT parent_job_id FROM chassis.job WHERE job.job_id = held.job_id),
                                  held.job_id)) AS own
    JOIN chassis.gate USING (gate_id)
    ON CONFLICT DO NOTHING;
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
$function$;

-- The door: lets held jobs through whose gates are open, in their order. First those at gates where a permit was given
-- back or whose time has come, then those that nobody has looked at yet. One transaction at a time; so nothing is counted
-- twice, and no two of them wait for each other. Waits for no other lock: what somebody else holds is left to a later look.
-- Returns each job made pending, and its queue.
CREATE FUNCTION chassis.admit(most integer, at timestamptz)
RETURNS TABLE (readied_job_id bigint, readied_queue text)
LANGUAGE plpgsql
SET chassis.door = 'open'
-- As for the sessions of programs, and for all that it calls: a plan that looks dear would be compiled, for seconds.
SET jit = off
SET enable_seqscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $function$
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
        DELETE FROM chassis.permit WHERE gate_id = looked.gate_id AND permit.at <= instant - looked.period;
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
$function$;

-- Deletes permits that nobody holds any more, and has their gates looked at: the net below the triggers. Returns how many
-- it found, besides those of rates whose time is over.
CREATE FUNCTION chassis.sweep_permits(given_at timestamptz) RETURNS bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    found_stale bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1667785076);
    WITH stale AS (
        DELETE FROM chassis.permit USING chassis.gate
        WHERE gate.gate_id = permit.gate_id
          AND CASE
              WHEN gate.is_rate THEN permit.at <= coalesce(given_at, now()) - gate.period
              WHEN gate.is_run
              THEN NOT EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = permit.holder)
              ELSE NOT EXISTS (SELECT FROM chassis.ready WHERE ready.job_id = permit.holder)
                  AND NOT EXISTS (SELECT FROM chassis.lease WHERE lease.job_id = permit.holder)
          END
        RETURNING permit.gate_id, gate.is_rate
    ), told AS (
        INSERT INTO chassis.gate_news (gate_id) SELECT DISTINCT gate_id FROM stale WHERE NOT is_rate
    )
    SELECT count(*) INTO found_stale FROM stale WHERE NOT is_rate;
    RETURN found_stale;
END
$function$;

-- Sets how much gates let through, where that is something else than before, and has these gates looked at.
CREATE FUNCTION chassis.change_gates(
    are_runs boolean[], are_rates boolean[], scopes text[], keys text[], mosts integer[], periods_us bigint[]
) RETURNS void
LANGUAGE plpgsql
AS $function$
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
$function$;

-- Does what spread_endings, follow_items and resume_jobs did, and says of each job whether it is gated.
CREATE OR REPLACE FUNCTION chassis.spread_endings(given bigint[], at timestamptz)
RETURNS TABLE (readied_job_id bigint, readied_queue text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION chassis.follow_items(parents bigint[], at timestamptz)
RETURNS TABLE (readied_job_id bigint, readied_queue text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION chassis.resume_jobs(given bigint[], at timestamptz)
RETURNS TABLE (readied_job_id bigint, readied_queue text)
LANGUAGE sql
BEGIN ATOMIC
    WITH taken AS (
        DELETE FROM chassis.waiting
        WHERE waiting.job_id = ANY (given) AND reason = 'suspended'
        RETURNING *
    ), remembered AS (
        INSERT INTO chassis.wake (job_id)
        SELECT job.job_id FROM chassis.job
        WHERE job.job_id = ANY (given)
          AND NOT EXISTS (SELECT FROM taken WHERE taken.job_id = job.job_id)
          AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = job.job_id)
        ON CONFLICT (job_id) DO NOTHING
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
END;
