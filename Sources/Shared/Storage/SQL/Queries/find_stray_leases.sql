-- Finds leases of a session that its worker does not know of: the answer to the claim was lost on its way.
--
--   $1 session_id bigint
--   $2 known bigint[]: the jobs that the worker knows it holds
--
-- Returns job and epoch of each. Reads all leases, so ask only after a claim without an answer, and while none is
-- under way.
SELECT job_id, epoch FROM chassis.lease WHERE session_id = $1::bigint AND job_id <> ALL ($2::bigint[]);
