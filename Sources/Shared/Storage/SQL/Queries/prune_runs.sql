-- Deletes ended runs that are locked, with all that is known of them.
--
--   $1 run_ids bigint[]: as lock_old_runs has locked them in this transaction, before share_budgets
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns run_id of each run deleted: runs that were forked meanwhile, or below which one goes on again, are left. Their journals are still there: they are noted, and
-- due to be removed by others (take_pruned_runs) in a minute, unless whoever calls this has done so. Touches no row of an unfinished run.
WITH pruned AS (
    DELETE FROM chassis.ended_run
    WHERE run_id IN (SELECT run_id FROM chassis.spare_run WHERE run_id = ANY ($1::bigint[]))
    RETURNING run_id
), noted AS (
    INSERT INTO chassis.pruned_run (run_id, next_at)
    SELECT run_id, coalesce($2::timestamptz, now()) + interval '1 minute' FROM pruned
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
), pruned_job_gate AS (
    DELETE FROM chassis.job_gate WHERE job_id = ANY (ARRAY(SELECT job_id FROM pruned_job))
), pruned_run_gate AS (
    DELETE FROM chassis.run_gate WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_start AS (
    DELETE FROM chassis.run_start WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
), pruned_share AS (
    DELETE FROM chassis.share WHERE run_id = ANY (ARRAY(SELECT run_id FROM pruned))
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
