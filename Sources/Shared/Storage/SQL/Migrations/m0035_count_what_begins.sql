-- A rate knows how many have begun, and does not count them for each job that wants to.
--
-- With a rate of a million a day, of which seven hundred thousand had begun, a look at the door took longer than a statement may: nobody
-- was let in any more, and claims and repairs waited for each look.

-- How many permits a rate has; those whose time is over are among them until they are deleted. Whoever changes it is in the door.
ALTER TABLE chassis.gate ADD COLUMN begun integer NOT NULL DEFAULT 0;
UPDATE chassis.gate SET begun = (SELECT count(*) FROM chassis.permit WHERE permit.gate_id = gate.gate_id) WHERE is_rate;

-- Deletes the oldest permits of a rate that were given until a time, and no more than so many that it stays short; says how many.
CREATE FUNCTION chassis.expire_permits(given_gate bigint, until timestamptz) RETURNS integer
LANGUAGE plpgsql
AS $function$
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
$function$;

-- As before; where a rate is full, those whose time is over are deleted first.
CREATE OR REPLACE FUNCTION chassis.find_closed_gate(given_job bigint, given_run bigint, given_attempt integer, given_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql
AS $function$
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
$function$;

-- As before; and rates count whom they let in.
CREATE OR REPLACE FUNCTION chassis.admit_job(held chassis.waiting, at timestamptz) RETURNS bigint
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
$function$;

-- As before, but for how permits are deleted whose time is over.
CREATE OR REPLACE FUNCTION chassis.admit(most integer, at timestamptz)
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
$function$;

-- As before; and permits of rates are not walked over that still count.
CREATE OR REPLACE FUNCTION chassis.sweep_permits(given_at timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $function$
DECLARE
    found_stale bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1667785076);
    PERFORM chassis.expire_permits(gate_id, coalesce(given_at, now()) - period) FROM chassis.gate WHERE is_rate AND begun > 0;
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
$function$;
