-- Writes the intent of a step that costs money or has an effect, if the caller still holds the job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 position text, $4 kind text, $5 name text, $6 effect text, $7 fingerprint bytea
--   $8 now timestamptz: NULL for the database's clock
--
-- A step that is tried again, with another model, gets that one's name.
--
-- It locks the lease, so a rescue waits for it, and the next attempt sees the intent.
--
-- Returns one row when it was written, none when the lease is lost.
INSERT INTO chassis.step
    (job_id, epoch, position, attempt, kind, name, effect, state, fingerprint, started_at)
SELECT job_id, epoch, $3::text, attempt, $4::text, $5::text, $6::text, 'started', $7::bytea,
       coalesce($8::timestamptz, now())
FROM chassis.lease
WHERE job_id = $1::bigint AND epoch = $2::bigint
FOR KEY SHARE
ON CONFLICT (job_id, epoch, position) DO UPDATE SET state = 'started', name = excluded.name, error = NULL, settled_at = NULL
RETURNING job_id;
