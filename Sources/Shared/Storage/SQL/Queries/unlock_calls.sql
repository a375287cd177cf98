-- Gives up the lock that says that calls of a job's program are under way.
--
--   $1 job_id bigint
--
-- Returns one row: whether it was held.
SELECT pg_advisory_unlock($1::bigint # 7160288921354043392) AS is_unlocked;
