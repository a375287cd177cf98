-- Jobs that do not need success of what they need.
--
-- The rule is one of JobModel's NeedsRule, or on_failure or on_success for jobs that follow the run's own ending;
-- NULL is all_succeeded. is_judged says whether a job that needs this one has a rule, is_decisive whether its failure
-- fails the run.
ALTER TABLE chassis.job
    ADD COLUMN rule text,
    ADD COLUMN is_judged boolean NOT NULL DEFAULT false,
    ADD COLUMN is_decisive boolean NOT NULL DEFAULT true;

-- missing counts the needed jobs that have not ended, the others how the rest did; failed holds those that were
-- cancelled too, and those that were skipped because of a failure.
ALTER TABLE chassis.waiting
    ADD COLUMN rule text,
    ADD COLUMN succeeded integer NOT NULL DEFAULT 0,
    ADD COLUMN failed integer NOT NULL DEFAULT 0,
    ADD COLUMN skipped integer NOT NULL DEFAULT 0;

-- Whether a skipped job was skipped because another one failed, not because a condition was false.
ALTER TABLE chassis.done ADD COLUMN is_after_failure boolean NOT NULL DEFAULT false;

-- Whether a job of the run was skipped without a failure: then success alone may leave jobs to be skipped.
ALTER TABLE chassis.live_run ADD COLUMN has_skips boolean NOT NULL DEFAULT false;

-- What becomes of a blocked job: true when it runs, false when it is skipped, NULL while it waits. Nothing depends on
-- the order in which the needed jobs end: before all of them have, a job is skipped for a failure alone.
CREATE FUNCTION chassis.verdict(
    rule text, missing integer, succeeded integer, failed integer, skipped integer, run_id bigint
) RETURNS boolean
LANGUAGE sql STABLE
RETURN CASE
    WHEN rule IS NULL THEN CASE WHEN failed > 0 THEN false WHEN missing = 0 THEN skipped = 0 END
    WHEN rule IN ('all_done', 'always') THEN CASE WHEN missing = 0 THEN true END
    WHEN rule = 'all_failed' THEN CASE WHEN missing = 0 THEN succeeded + skipped = 0 END
    WHEN rule = 'any_succeeded' THEN CASE WHEN succeeded > 0 THEN true WHEN missing = 0 THEN false END
    WHEN rule = 'any_failed' THEN CASE WHEN failed > 0 THEN true WHEN missing = 0 THEN false END
    WHEN rule = 'any_done' THEN CASE WHEN succeeded + failed + skipped > 0 OR missing = 0 THEN true END
    WHEN rule = 'none_failed' THEN CASE WHEN failed > 0 THEN false WHEN missing = 0 THEN true END
    WHEN rule = 'none_failed_any_succeeded'
        THEN CASE WHEN failed > 0 THEN false WHEN missing = 0 THEN succeeded > 0 END
    WHEN rule = 'none_skipped' THEN CASE WHEN missing = 0 THEN skipped = 0 END
    -- Jobs that follow the run's ending look at the run itself.
    WHEN rule = 'on_failure' THEN CASE WHEN missing = 0 THEN
        (SELECT live_run.unsuccessful > 0 FROM chassis.live_run WHERE live_run.run_id = verdict.run_id) END
    WHEN rule = 'on_success' THEN CASE WHEN missing = 0 THEN
        (SELECT live_run.unsuccessful = 0 FROM chassis.live_run WHERE live_run.run_id = verdict.run_id) END
END;

-- Skips the blocked jobs whose rule can no longer hold after the given ones have ended, and what must be skipped
-- because of that; then makes pending whose rule holds. Goes level by level and walks each need once. Does nothing when
-- done again. The caller has locked the runs, and has counted the given jobs off in those that need them.
-- Returns each job made pending, and its queue.
CREATE FUNCTION chassis.spread_endings(given bigint[], at timestamptz)
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
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses)
    SELECT job_id, run_id, queue, priority, coalesce(at, now()), place + number - 1,
           CASE WHEN number = jobs THEN team END, attempt, epoch, failures, losses
    FROM numbered JOIN line USING (queue, priority, team)
    RETURNING ready.job_id, ready.queue;
END
$function$;

-- Counts anew how the needs of a run's blocked jobs ended that have a rule, and spreads what follows from it: for
-- statements that end or revive many jobs of a run at once. The caller has locked the run.
-- Returns each job made pending, and its queue.
CREATE FUNCTION chassis.judge_run(judged bigint, at timestamptz)
RETURNS TABLE (readied_job_id bigint, readied_queue text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $function$
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
$function$;
