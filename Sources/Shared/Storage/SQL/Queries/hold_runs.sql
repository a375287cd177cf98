-- Turns the pending jobs of paused runs aside, and marks the others, so that none of them becomes pending without passing
-- the door. Jobs that somebody moves just now are left to a later call: repeat it, each time in a transaction of its own,
-- until it finds none.
--
--   $1 run_ids bigint[]: those that are paused no more are left alone
--
-- Returns one row: how many jobs were found that were pending or not marked; with none, all jobs of these runs stand where
-- the door keeps them, or run. Lock the door first, in the same transaction. Waits for nobody else.
WITH member AS MATERIALIZED (
    -- Whoever ends a pause holds the door, too: what is paused here is so until the end of this transaction.
    SELECT job_id FROM chassis.job
    WHERE run_id = ANY (ARRAY (
        SELECT live_run.run_id
        FROM chassis.live_run
        JOIN chassis.run USING (run_id)
        JOIN chassis.workflow_version USING (version_id)
        JOIN chassis.workflow USING (workflow_id)
        WHERE live_run.run_id = ANY ($1::bigint[])
          AND (live_run.paused_at IS NOT NULL OR workflow.runs_paused_at IS NOT NULL)))
), found AS MATERIALIZED (
    SELECT (SELECT count(*) FROM chassis.ready JOIN member USING (job_id))
         + (SELECT count(*) FROM chassis.waiting JOIN member USING (job_id) WHERE NOT is_gated)
         + (SELECT count(*) FROM chassis.lease JOIN member USING (job_id) WHERE NOT is_gated) AS jobs
), marked_running AS (
    UPDATE chassis.lease SET is_gated = true
    WHERE ctid = ANY (ARRAY (SELECT lease.ctid FROM chassis.lease JOIN member USING (job_id)
                             WHERE NOT is_gated FOR UPDATE OF lease SKIP LOCKED))
), marked_waiting AS (
    UPDATE chassis.waiting SET is_gated = true
    WHERE ctid = ANY (ARRAY (SELECT waiting.ctid FROM chassis.waiting JOIN member USING (job_id)
                             WHERE NOT is_gated FOR UPDATE OF waiting SKIP LOCKED))
), taken AS (
    DELETE FROM chassis.ready
    WHERE ctid = ANY (ARRAY (SELECT ready.ctid FROM chassis.ready JOIN member USING (job_id)
                             FOR UPDATE OF ready SKIP LOCKED))
    RETURNING ready.*
), held AS (
    INSERT INTO chassis.waiting
        (job_id, run_id, reason, missing, since, queue, priority, attempt, epoch, failures, losses, is_gated, gate_id)
    SELECT job_id, run_id, 'held', 0, available_at, queue, priority, attempt, epoch, failures, losses, true, 0
    FROM taken
), given_back AS (
    DELETE FROM chassis.permit USING taken, chassis.gate
    WHERE permit.holder = taken.job_id AND NOT permit.is_run AND gate.gate_id = permit.gate_id AND NOT gate.is_rate
    RETURNING permit.gate_id
), told AS (
    INSERT INTO chassis.gate_news (gate_id) SELECT gate_id FROM given_back
)
SELECT jobs FROM found;
