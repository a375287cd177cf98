-- Deletes runs that ended long ago, with all that is known of them, the oldest first.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns run_id of each run deleted. Waits for nobody: runs that another transaction holds, as retry_run does, are
-- left to a later call, and so are runs with forks. Touches no row of an unfinished run.
WITH pruned AS (
    DELETE FROM chassis.ended_run
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM chassis.ended_run
        WHERE ended_at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond'
          -- What a fork took over is read from its source's journals.
          AND NOT EXISTS (SELECT FROM chassis.run WHERE run.forked_from = ended_run.run_id)
        ORDER BY ended_at
        LIMIT $2::integer
        FOR UPDATE SKIP LOCKED))
    RETURNING run_id
), pruned_job AS (
    DELETE FROM chassis.job WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
    RETURNING job_id
), pruned_done AS (
    DELETE FROM chassis.done WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_attempt AS (
    DELETE FROM chassis.attempt WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_step AS (
    DELETE FROM chassis.step WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_replay AS (
    DELETE FROM chassis.replay WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_wake AS (
    DELETE FROM chassis.wake WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_approval AS (
    DELETE FROM chassis.approval WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
    RETURNING approval_id
), pruned_vote AS (
    DELETE FROM chassis.approval_vote WHERE approval_id = ANY (ARRAY(SELECT approval_id FROM pruned_approval))
), pruned_need AS (
    DELETE FROM chassis.need WHERE needs_job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_event_wait AS (
    DELETE FROM chassis.event_wait WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_fresh_start AS (
    DELETE FROM chassis.fresh_start WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_watch AS (
    DELETE FROM chassis.watch WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_notice AS (
    DELETE FROM chassis.notice WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_map AS (
    DELETE FROM chassis.map WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_log AS (
    DELETE FROM chassis.log WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_fork AS (
    DELETE FROM chassis.fork WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_budget AS (
    -- What was paid stays in the ledger.
    DELETE FROM chassis.budget WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_waiter AS (
    DELETE FROM chassis.budget_waiter WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_period AS (
    DELETE FROM chassis.budget_period
    WHERE run_id <> 0 AND run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_run AS (
    DELETE FROM chassis.run WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
)
SELECT run_id FROM pruned;
