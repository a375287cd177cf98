-- Notes that the record of a step that an earlier attempt settled is lost: that the step ran is known, its result is not.
--
--   $1 job_id bigint, $2 epoch bigint: of the attempt that holds the job now
--   $3 earlier_epoch bigint, $4 position text: of the step
--   $5 error text: what became of the record
--
-- Returns one row, none when the lease is lost: then the record may be one that a later attempt made, and is there.
WITH held AS MATERIALIZED (
    SELECT job_id FROM chassis.lease WHERE job_id = $1::bigint AND epoch = $2::bigint FOR KEY SHARE
), doubted AS (
    UPDATE chassis.step SET state = 'unknown', error = $5::text
    WHERE job_id = $1::bigint AND epoch = $3::bigint AND position = $4::text AND state = 'recorded'
      AND EXISTS (SELECT FROM held)
)
SELECT job_id FROM held;
