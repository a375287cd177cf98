-- Forgets a call of a batch, once what became of it is settled, if the caller still holds its job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 call_id bigint
DELETE FROM chassis.batched_call
WHERE call_id = $3::bigint AND job_id = $1::bigint AND state IN ('answered', 'failed', 'unknown')
  AND EXISTS (SELECT FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE)
RETURNING call_id;
