-- Takes back the jobs of sessions that have ended; a claim that was in flight when its session was ended is found by a
-- later call. Rows that another transaction holds are left to a later call too. A job that lost its worker too often fails: it may be what kills them.
--
--   $1 poison_limit integer: how many lost workers end a job
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each job: its queue, its run, and whether it failed. Follow failed ones with lock_live_runs,
-- count_lost_jobs, spread_endings and end_runs in the same transaction.
WITH lost AS (
    DELETE FROM chassis.lease
    USING chassis.session
    WHERE lease.session_id = session.session_id
      AND lease.job_id = ANY (ARRAY (
          SELECT job_id FROM chassis.lease JOIN chassis.session USING (session_id)
          WHERE session.ended_at IS NOT NULL
          FOR UPDATE OF lease SKIP LOCKED))
    RETURNING lease.*, session.worker, session.end_reason
), noted AS (
    INSERT INTO chassis.attempt (job_id, epoch, attempt, session_id, outcome, started_at, ended_at, error)
    SELECT job_id, epoch, attempt, session_id, 'lost', started_at, coalesce($2::timestamptz, now()),
           jsonb_build_object('code', 'worker-lost',
                              'message', 'worker ' || worker || ' was lost: ' || end_reason)
    FROM lost
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY queue, priority, team ORDER BY job_id) AS number
    FROM (SELECT *, (SELECT team FROM chassis.run WHERE run.run_id = lost.run_id) AS team
          FROM lost WHERE losses + 1 < $1::integer) AS lost
), line AS MATERIALIZED (
    SELECT queue, priority, team, count(*) AS jobs, chassis.next_place(queue, priority, team, $2::timestamptz) AS place
    FROM numbered
    GROUP BY queue, priority, team
), pending AS (
    INSERT INTO chassis.ready
        (job_id, run_id, queue, priority, available_at, place, line_end, attempt, epoch, failures, losses, is_gated)
    SELECT job_id, run_id, queue, priority, coalesce($2::timestamptz, now()), place + number - 1,
           CASE WHEN number = jobs THEN team END, attempt + 1, epoch, failures, losses + 1, is_gated
    FROM numbered JOIN line USING (queue, priority, team)
), failed AS (
    INSERT INTO chassis.done
        (job_id, run_id, state, attempt, epoch, session_id, failures, losses, started_at, ended_at, queue, priority,
         error)
    SELECT job_id, run_id, 'failed', attempt, epoch, session_id, failures, losses + 1, started_at,
           coalesce($2::timestamptz, now()), queue, priority,
           jsonb_build_object('code', 'poison', 'message',
               'the job lost its worker ' || losses + 1 || ' times, last ' || worker || ' (' || end_reason || ')')
    FROM lost
    WHERE losses + 1 >= $1::integer
)
SELECT job_id, run_id, queue, losses + 1 >= $1::integer AS has_failed FROM lost;
