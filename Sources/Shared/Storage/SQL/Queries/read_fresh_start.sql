-- Reads whether a job was told to begin afresh.
--
--   $1 job_id bigint
--
-- Returns one row with the epoch up to which its journals count no more, or none.
SELECT epoch FROM chassis.fresh_start WHERE job_id = $1::bigint;
