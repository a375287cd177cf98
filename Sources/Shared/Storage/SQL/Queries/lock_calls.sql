-- Takes the lock that says that calls of a job's program are under way, unless somebody else holds it. It belongs to
-- the connection, and ends with it. Locks of sessions have two numbers, these have one.
--
--   $1 job_id bigint
--
-- Returns one row: whether the lock was taken. Does not wait.
SELECT pg_try_advisory_lock($1::bigint # 7160288921354043392) AS is_locked;
