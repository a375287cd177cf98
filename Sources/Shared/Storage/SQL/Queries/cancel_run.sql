-- Cancels an unfinished run: what no worker holds ends now; what one holds is ended by it. Jobs that
-- always run are left.
--
--   $1 run_id bigint
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns one row with the number of jobs that were ended, those of them that had been tried before, and the number of
-- jobs that still run; none when the run has ended or is not there. Lock the run with lock_live_runs first, and follow
-- with settle_open_steps, count_cancelled_jobs, judge_run and end_runs, in the same transaction.
WITH cancelled AS (
    UPDATE chassis.live_run
    SET cancelled_at = coalesce(cancelled_at, coalesce($2::timestamptz, now()))
    WHERE run_id = $1::bigint
    RETURNING run_id
), members AS MATERIALIZED (
    SELECT job_id FROM chassis.job JOIN cancelled USING (run_id) WHERE job.rule IS DISTINCT FROM 'always'
), unblocked AS (
    DELETE FROM chassis.waiting USING members WHERE waiting.job_id = members.job_id
    RETURNING waiting.job_id, waiting.run_id, attempt, epoch, failures, losses, queue, priority
), unready AS (
    -- A job that is being claimed just now is left to its worker, which is told: whoever claims may wait for this run.
    DELETE FROM chassis.ready
    WHERE ctid = ANY (ARRAY (SELECT ready.ctid FROM chassis.ready JOIN members USING (job_id)
                             FOR UPDATE OF ready SKIP LOCKED))
    RETURNING ready.job_id, ready.run_id, attempt, epoch, failures, losses, queue, priority
), taken AS (
    SELECT * FROM unblocked UNION ALL SELECT * FROM unready
), given_back AS (
    DELETE FROM chassis.permit USING unready, chassis.gate
    WHERE permit.holder = unready.job_id AND NOT permit.is_run AND gate.gate_id = permit.gate_id AND NOT gate.is_rate
    RETURNING permit.gate_id
), told AS (
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM given_back
), recorded AS (
    INSERT INTO chassis.done
        (job_id, run_id, state, attempt, epoch, failures, losses, ended_at, queue, priority)
    SELECT job_id, run_id, 'cancelled', 0, epoch, failures, losses, coalesce($2::timestamptz, now()), queue, priority
    FROM taken
)
SELECT (SELECT count(*) FROM taken) AS ended,
       (SELECT coalesce(array_to_string(array_agg(job_id), ','), '') FROM taken WHERE epoch > 0) AS tried_jobs,
       (SELECT count(*) FROM chassis.lease JOIN members USING (job_id)) AS running
FROM cancelled;
