-- Skips the items of a mapped job that no worker holds, if the caller still holds the mapped job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns one row with how many were skipped, and those of them that a worker had held; none when the lease was lost. Items
-- that are being claimed just now are left to their workers. Lock with lock_mapped_job first, then the runs that the items have
-- started, and follow with settle_open_steps in the same transaction.
WITH held AS MATERIALIZED (
    SELECT * FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR UPDATE
), live AS MATERIALIZED (
    SELECT run_id FROM chassis.live_run WHERE run_id = (SELECT run_id FROM held) FOR UPDATE
), member AS MATERIALIZED (
    SELECT job.job_id FROM chassis.job JOIN held ON job.parent_job_id = held.job_id, live
), unblocked AS (
    DELETE FROM chassis.waiting USING member WHERE waiting.job_id = member.job_id
    RETURNING waiting.job_id, waiting.run_id, reason, epoch, failures, losses, queue, priority
), unready AS (
    DELETE FROM chassis.ready
    WHERE ctid = ANY (ARRAY (SELECT ready.ctid FROM chassis.ready JOIN member USING (job_id)
                             FOR UPDATE OF ready SKIP LOCKED))
    RETURNING ready.job_id, ready.run_id, 'pending' AS reason, epoch, failures, losses, queue, priority
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
        (job_id, run_id, state, attempt, epoch, failures, losses, ended_at, queue, priority, is_after_failure)
    SELECT job_id, run_id, 'skipped', 0, epoch, failures, losses, coalesce($3::timestamptz, now()), queue, priority, true
    FROM taken
), counts AS MATERIALIZED (
    SELECT count(*)::integer AS ended, (count(*) FILTER (WHERE reason <> 'blocked'))::integer AS active FROM taken
), counted AS (
    UPDATE chassis.live_run SET unfinished = unfinished - ended FROM counts, live WHERE live_run.run_id = live.run_id
), mapped AS (
    UPDATE chassis.map
    SET unfinished = unfinished - counts.ended - (items - expanded), skipped = skipped + counts.ended + items - expanded,
        active = map.active - counts.active, is_stopped = true
    FROM counts, live
    WHERE map.job_id = $1::bigint
)
SELECT ended, (SELECT coalesce(array_to_string(array_agg(job_id), ','), '') FROM taken WHERE epoch > 0) AS tried_jobs
FROM counts, live;
