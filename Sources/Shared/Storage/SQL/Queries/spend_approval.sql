-- Spends an approval for something that has no intent of its own to spend it with, if the caller still holds the job.
--
--   $1 job_id bigint, $2 epoch bigint: as given at the claim
--   $3 approval_id bigint, $4 digest bytea: of what is about to be done
--   $5 now timestamptz: NULL for the database's clock
--
-- Returns one row when it is spent, none when the lease is lost, or the approval is not given, or given for something else.
-- What was begun under it may be begun again. Locks the lease, then the approval.
WITH held AS (
    SELECT job_id, epoch FROM chassis.lease
    WHERE job_id = $1::bigint AND epoch = $2::bigint
    FOR KEY SHARE
)
UPDATE chassis.approval
SET spent_at = coalesce(spent_at, coalesce($5::timestamptz, now())), spent_epoch = held.epoch
FROM held
WHERE approval.approval_id = $3::bigint AND approval.job_id = held.job_id AND approval.state = 'approved'
  AND approval.digest = $4::bytea
RETURNING approval.approval_id;
