-- Has a model call of a job wait for a batch, if the caller still holds the job. Its intent stands already.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 position text, $4 fingerprint bytea
--   $5 connection text, $6 model text
--   $7 request text: where it lies in the store, as DIGEST:LENGTH, $8 request_bytes bigint
--   $9 now timestamptz: NULL for the database's clock
--
-- Returns one row, none when the lease is lost. Saying it again changes nothing.
INSERT INTO chassis.batched_call
    (job_id, epoch, position, fingerprint, connection, model, request, request_bytes, added_at)
SELECT job_id, epoch, $3::text, $4::bytea, $5::text, $6::text, $7::text, $8::bigint, coalesce($9::timestamptz, now())
FROM chassis.lease
WHERE job_id = $1::bigint AND epoch = $2::bigint
FOR KEY SHARE
ON CONFLICT (job_id, position, fingerprint) DO UPDATE SET request = excluded.request
RETURNING call_id;
