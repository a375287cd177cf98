-- Ends a job that no worker holds, of a mapped job its items too, and counts all of them off, those that fence_job ended
-- included.
--
--   $1 job_id bigint
--   $2 state text: succeeded or failed, $3 output text, $4 output_blob text, $5 error text: as in done
--   $6 fenced bigint[]: what fence_job has ended in this transaction
--   $7 from_pending boolean: whether to end it only where it is pending
--   $8 now timestamptz: NULL for the database's clock
--
-- Returns one row: whether the job was ended by this (undo all where not), how many jobs were, those of them that a worker had held, and whether some
-- are on their way from one room to another, which must not be: then undo all and begin again. None when the run has
-- ended. Lock the run with lock_live_runs first, and follow with settle_open_steps, spread_endings and end_runs in the
-- same transaction.
WITH member AS MATERIALIZED (
    SELECT job_id, run_id, is_decisive, item_index FROM chassis.job WHERE job_id = $1::bigint OR parent_job_id = $1::bigint
), unblocked AS (
    DELETE FROM chassis.waiting USING member
    WHERE waiting.job_id = member.job_id AND NOT $7::boolean
    RETURNING waiting.job_id, waiting.run_id, epoch, failures, losses, queue, priority
), unready AS (
    -- One that is being claimed just now is left: whoever claims may wait for the run.
    DELETE FROM chassis.ready
    WHERE ctid = ANY (ARRAY (SELECT ready.ctid FROM chassis.ready JOIN member USING (job_id)
                             FOR UPDATE OF ready SKIP LOCKED))
    RETURNING ready.job_id, ready.run_id, epoch, failures, losses, queue, priority
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
        (job_id, run_id, state, attempt, epoch, failures, losses, ended_at, queue, priority, output, output_blob, error,
         is_after_failure)
    SELECT job_id, run_id, CASE job_id WHEN $1::bigint THEN $2::text ELSE 'skipped' END, 0, epoch, failures, losses,
           coalesce($8::timestamptz, now()), queue, priority,
           CASE job_id WHEN $1::bigint THEN $3::jsonb END, CASE job_id WHEN $1::bigint THEN $4::text END,
           CASE job_id WHEN $1::bigint THEN $5::jsonb END, job_id <> $1::bigint
    FROM taken
), counts AS MATERIALIZED (
    SELECT (SELECT count(*) FROM taken)::integer + cardinality($6::bigint[]) AS ended,
           EXISTS (SELECT FROM taken WHERE job_id = $1::bigint) OR $1::bigint = ANY ($6::bigint[]) AS is_ended,
           (SELECT is_decisive FROM member WHERE job_id = $1::bigint) AS is_decisive
), counted AS (
    UPDATE chassis.live_run
    SET unfinished = unfinished - ended,
        unsuccessful = unsuccessful + (is_ended AND is_decisive AND $2::text = 'failed')::integer
    FROM counts
    WHERE live_run.run_id = (SELECT run_id FROM member WHERE job_id = $1::bigint)
    RETURNING live_run.run_id
), mapped AS (
    UPDATE chassis.map
    SET unfinished = 0, active = 0, is_stopped = true, skipped = skipped + map.unfinished
    FROM counts
    WHERE map.job_id = $1::bigint AND is_ended
), counted_in_dependents AS (
    UPDATE chassis.waiting
    SET missing = missing - 1, succeeded = succeeded + ($2::text = 'succeeded')::integer,
        failed = failed + ($2::text = 'failed')::integer
    FROM counts
    WHERE is_ended AND reason = 'blocked'
      AND waiting.job_id = ANY (ARRAY (SELECT need.job_id FROM chassis.need WHERE need.needs_job_id = $1::bigint))
)
SELECT is_ended, ended,
       (SELECT coalesce(array_to_string(array_agg(job_id), ','), '') FROM taken WHERE epoch > 0) AS tried_jobs,
       -- What is in no room of this statement's view, or stays in one although everything was to go.
       EXISTS (SELECT FROM member
               WHERE job_id <> ALL ($6::bigint[])
                 -- Items that their mapped job has not added again stand in no room.
                 AND (item_index IS NULL
                      OR item_index < (SELECT expanded FROM chassis.map WHERE map.job_id = $1::bigint))
                 AND NOT EXISTS (SELECT FROM taken WHERE taken.job_id = member.job_id)
                 AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = member.job_id)) AS is_moving
FROM counts, counted;
