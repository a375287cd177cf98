-- Whether no calls of a job's program are under way: nobody but this session holds the lock that says so; see lock_calls.
--
--   $1 job_id bigint
--
-- Returns one row. Does not wait; whoever takes the lock in this very moment is passed over, and takes it again.
SELECT pg_try_advisory_xact_lock($1::bigint # 7160288921354043392) AS is_free;
