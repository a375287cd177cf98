-- Jobs that are done once for each element of a list that is known only when they run.
--
-- The mapped job is the parent; each element is an item: a job of the same name with its place and its element. Items
-- have no needs, and no job needs them: the parent's row in map counts them. Their positions begin behind all others.
ALTER TABLE chassis.job ADD COLUMN parent_job_id bigint, ADD COLUMN item_index integer, ADD COLUMN item jsonb;
CREATE UNIQUE INDEX job_by_parent ON chassis.job (parent_job_id, item_index) WHERE parent_job_id IS NOT NULL;

-- The items of a mapped job. Written under the lock of its run.
--
-- expanded items have rows in job. unfinished counts all that have not ended, also those without a row; active those that
-- are pending, running, delayed or suspended. Where at_once is set, the items from next_index on may still be blocked.
CREATE TABLE chassis.map (
    job_id bigint PRIMARY KEY,
    run_id bigint NOT NULL,
    items integer NOT NULL,
    at_once integer,
    tolerated integer,
    fails_fast boolean NOT NULL,
    expanded integer NOT NULL DEFAULT 0,
    unfinished integer NOT NULL,
    active integer NOT NULL DEFAULT 0,
    next_index integer NOT NULL DEFAULT 0,
    succeeded integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    is_stopped boolean NOT NULL DEFAULT false,
    CONSTRAINT map_unfinished_is_not_negative CHECK (unfinished >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX map_by_run ON chassis.map (run_id);

ALTER TABLE chassis.waiting DROP CONSTRAINT waiting_waits_for_is_known;
ALTER TABLE chassis.waiting ADD CONSTRAINT waiting_waits_for_is_known
    CHECK (waits_for IN ('approval', 'effect', 'event', 'time', 'budget', 'run', 'batch', 'items'));

-- Makes blocked items pending as far as their map's limit lets it, in their order, and resumes mapped jobs that have
-- something to do: all of their items have ended, or too many have failed. The caller has locked the runs.
-- Returns each job made pending, and its queue. Does nothing when done again.
CREATE FUNCTION chassis.follow_items(parents bigint[], at timestamptz)
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
                    (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses)
                SELECT job_id, run_id, queue, priority, coalesce(at, now()), place + number - 1,
                       CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses
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

-- What resume_jobs.sql does, for functions. The caller has locked the runs.
CREATE FUNCTION chassis.resume_jobs(given bigint[], at timestamptz)
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
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses)
    SELECT job_id, run_id, queue, priority, coalesce(at, now()), place + number - 1,
           CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses
    FROM numbered JOIN line USING (queue, priority, team)
    RETURNING ready.job_id, ready.queue;
END;
