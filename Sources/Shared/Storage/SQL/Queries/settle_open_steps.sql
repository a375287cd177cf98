-- Settles as unknown what jobs left open that have ended without success: no attempt comes that would look.
--
--   $1 job_ids bigint[]
--   $2 now timestamptz: NULL for the database's clock
--
-- Jobs of the list that have not ended, or have succeeded, are left alone.
UPDATE chassis.step
SET state = 'unknown', unknown_calls = unknown_calls + 1, settled_at = coalesce($2::timestamptz, now()),
    error = 'the job ended before the result was recorded'
FROM chassis.done
WHERE step.job_id = ANY ($1::bigint[]) AND step.state = 'started'
  AND done.job_id = step.job_id AND done.state <> 'succeeded';
