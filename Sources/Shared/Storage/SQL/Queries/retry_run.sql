-- Brings an ended run back to life: its failed, skipped and cancelled jobs go on from their checkpoints, and with them
-- jobs that are to run anew although they succeeded.
--
--   $1 run_id bigint
--   $2 now timestamptz: NULL for the database's clock
--   $3 from text: a job that runs anew, and with it all that are behind it; NULL for none
--   $4 all boolean: whether all jobs run anew
--
-- Returns one row with the number of jobs that go on and the queues that have pending ones; none when the run has not
-- ended or is not there, or none of its jobs is to go on. Lock the run with lock_ended_run first, in the same transaction: what
-- was marked before has succeeded. Follow with judge_run: jobs with a rule wait for it. Items of mapped jobs that run anew
-- stand in no room until their mapped job adds them again. Runs that they have started and that ended badly may go on once, see
-- take_revival.
WITH RECURSIVE anew (job_id) AS (
    SELECT job_id FROM chassis.job
    WHERE run_id = $1::bigint AND parent_job_id IS NULL AND ($4::boolean OR name = $3::text)
    UNION
    SELECT behind.job_id
    FROM anew CROSS JOIN LATERAL (
        -- One by one, by the index: the table holds the needs of all runs.
        SELECT need.job_id FROM chassis.need WHERE need.needs_job_id = anew.job_id OFFSET 0) AS behind
), again AS MATERIALIZED (
    SELECT done.*, job.parent_job_id IN (SELECT job_id FROM anew) IS TRUE AS is_item_anew
    FROM chassis.ended_run
    JOIN chassis.job ON job.run_id = ended_run.run_id
    CROSS JOIN LATERAL (SELECT * FROM chassis.done WHERE done.job_id = job.job_id OFFSET 0) AS done
    WHERE ended_run.run_id = $1::bigint
      AND (done.state <> 'succeeded'
           -- Items whose mapped job has succeeded all the same stay as they are.
           AND (SELECT mapped.state FROM chassis.done AS mapped WHERE mapped.job_id = job.parent_job_id)
               IS DISTINCT FROM 'succeeded'
           OR done.job_id IN (SELECT job_id FROM anew) OR job.parent_job_id IN (SELECT job_id FROM anew))
), reopened AS (
    DELETE FROM chassis.ended_run WHERE run_id IN (SELECT run_id FROM again)
    RETURNING run_id
), unmapped AS (
    DELETE FROM chassis.map USING reopened
    WHERE map.run_id = reopened.run_id AND map.job_id IN (SELECT job_id FROM anew)
), live AS (
    INSERT INTO chassis.live_run (run_id, unfinished, jobs, parent_job_id, is_gated)
    SELECT run_id, (SELECT count(*) FROM again WHERE NOT is_item_anew),
           (SELECT count(*) FROM chassis.job WHERE job.run_id = reopened.run_id)
               - (SELECT count(*) FROM again WHERE is_item_anew),
           (SELECT parent_job_id FROM chassis.run WHERE run.run_id = reopened.run_id),
           chassis.is_gated(NULL, run_id)
    FROM reopened
), undone AS (
    DELETE FROM chassis.done USING again WHERE done.job_id = again.job_id
), below AS (
    -- What they have started, and has ended badly or is to: it may go on with them.
    UPDATE chassis.run SET may_go_on = true
    WHERE run.parent_run_id = (SELECT run_id FROM reopened) AND run.parent_job_id IN (SELECT job_id FROM again)
      AND (EXISTS (SELECT FROM chassis.ended_run WHERE ended_run.run_id = run.run_id AND ended_run.state <> 'succeeded')
           OR EXISTS (SELECT FROM chassis.live_run WHERE live_run.run_id = run.run_id AND cancelled_at IS NOT NULL))
), noted AS (
    INSERT INTO chassis.attempt (job_id, epoch, attempt, session_id, outcome, started_at, ended_at, error)
    SELECT job_id, epoch, attempt, session_id, CASE state WHEN 'cancelled' THEN 'cancelled' ELSE 'failed' END,
           started_at, ended_at, error
    FROM again
    WHERE attempt > 0 AND started_at IS NOT NULL
    ON CONFLICT (job_id, epoch) DO NOTHING
), placed AS (
    SELECT again.job_id, again.run_id, again.queue, again.priority, again.epoch,
           greatest(again.attempt,
                    (SELECT coalesce(max(attempt), 0) FROM chassis.attempt WHERE attempt.job_id = again.job_id)) + 1
               AS attempt,
           counts.missing, counts.needs,
           (SELECT rule FROM chassis.job WHERE job.job_id = again.job_id) AS rule,
           EXISTS (SELECT FROM chassis.job JOIN chassis.map ON map.job_id = job.parent_job_id
                   WHERE job.job_id = again.job_id AND at_once IS NOT NULL) AS is_limited,
           chassis.is_gated(again.job_id, again.run_id) AS is_gated
    FROM again CROSS JOIN reopened
    CROSS JOIN LATERAL (
        SELECT count(*) AS needs,
               count(*) FILTER (WHERE need.needs_job_id IN (SELECT job_id FROM again)) AS missing
        FROM chassis.need
        WHERE need.job_id = again.job_id) AS counts
    WHERE NOT is_item_anew
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY queue, priority, team ORDER BY job_id) AS number
    FROM (SELECT *, (SELECT team FROM chassis.run WHERE run.run_id = placed.run_id) AS team
          FROM placed WHERE missing = 0 AND (rule IS NULL OR needs = 0) AND NOT is_limited) AS placed
), line AS MATERIALIZED (
    SELECT queue, priority, team, count(*) AS jobs, chassis.next_place(queue, priority, team, $2::timestamptz) AS place
    FROM numbered
    GROUP BY queue, priority, team
), pending AS (
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
    SELECT job_id, run_id, queue, priority, coalesce($2::timestamptz, now()), place + number - 1,
           CASE WHEN number = jobs THEN team END, attempt, epoch, 0, 0, is_gated
    FROM numbered JOIN line USING (queue, priority, team)
    RETURNING queue
), blocked AS (
    INSERT INTO chassis.waiting
        (job_id, run_id, reason, missing, queue, priority, attempt, epoch, failures, losses, rule, succeeded,
         is_gated)
    SELECT job_id, run_id, 'blocked', missing + is_limited::integer, queue, priority, attempt, epoch, 0, 0, rule,
           needs - missing, is_gated
    FROM placed WHERE missing > 0 OR rule IS NOT NULL AND needs > 0 OR is_limited
)
SELECT (SELECT count(*) FROM again WHERE NOT is_item_anew) AS jobs,
       (SELECT coalesce(array_to_string(array_agg(DISTINCT queue), ','), '') FROM pending) AS queues
FROM reopened;
