-- Writes the intent of a step that costs money or has an effect, if the caller still holds the job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 position text, $4 kind text, $5 name text, $6 effect text, $7 fingerprint bytea
--   $8 now timestamptz: NULL for the database's clock
--   $9 call integer: which call of the step, counted from 1; NULL for the next one
--
-- A step that is tried again, with another model, gets that one's name. Where the call before was not settled, it is counted as
-- one whose outcome is unknown.
--
-- It locks the lease, so a rescue waits for it, and the next attempt sees the intent.
--
-- Returns one row when it was written, now or before, none when the lease is lost.
WITH held AS MATERIALIZED (
    SELECT job_id, epoch, attempt FROM chassis.lease
    WHERE job_id = $1::bigint AND epoch = $2::bigint
    FOR KEY SHARE
), begun AS (
    INSERT INTO chassis.step AS made
        (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at, calls)
    SELECT job_id, epoch, $3::text, attempt, $4::text, $5::text, $6::text, 'started', $7::bytea,
           coalesce($8::timestamptz, now()), coalesce($9::integer, 1)
    FROM held
    ON CONFLICT (job_id, epoch, position) DO UPDATE
    SET state = 'started', name = excluded.name, error = NULL, settled_at = NULL,
        calls = coalesce($9::integer, made.calls + 1),
        unknown_calls = made.unknown_calls + CASE WHEN made.state = 'started' AND $9::integer IS NOT NULL THEN 1 ELSE 0 END
    -- What comes late, when further calls were begun since, begins none.
    WHERE $9::integer IS NULL OR made.calls < $9::integer
)
SELECT job_id FROM held;
