-- Spends an approval and writes the intent of the step it is for, both or neither, if the caller still holds the job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 position text, $4 kind text, $5 name text, $6 effect text, $7 fingerprint bytea
--   $8 now timestamptz: NULL for the database's clock
--   $9 call integer: which call of the step, counted from 1; NULL for the next one
--   $10 approval_id bigint, $11 digest bytea: of what is about to be done
--
-- Returns one row when it was written, now or before, none when the lease is lost, or the approval is not one for this: not of this step,
-- not given, or given for something else. The step may be begun again under the approval that it has spent.
WITH held AS (
    SELECT job_id, epoch, attempt FROM chassis.lease
    WHERE job_id = $1::bigint AND epoch = $2::bigint
    FOR KEY SHARE
), spent AS (
    UPDATE chassis.approval
    SET spent_at = coalesce(spent_at, coalesce($8::timestamptz, now())), spent_epoch = held.epoch
    FROM held
    WHERE approval.approval_id = $10::bigint AND approval.job_id = held.job_id AND approval.position = $3::text
      AND approval.fingerprint = $7::bytea AND approval.state = 'approved' AND approval.digest = $11::bytea
    RETURNING held.job_id, held.epoch, held.attempt
), begun AS (
    INSERT INTO chassis.step AS made
        (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at, calls)
    SELECT job_id, epoch, $3::text, attempt, $4::text, $5::text, $6::text, 'started', $7::bytea,
           coalesce($8::timestamptz, now()), coalesce($9::integer, 1)
    FROM spent
    ON CONFLICT (job_id, epoch, position) DO UPDATE
    SET state = 'started', error = NULL, settled_at = NULL, calls = coalesce($9::integer, made.calls + 1)
    -- What comes late, when further calls were begun since, begins none.
    WHERE $9::integer IS NULL OR made.calls < $9::integer
)
SELECT job_id FROM spent;
