-- Renews the lease of a session, and with it the leases of all its jobs.
--
--   $1 session_id bigint
--   $2 lease_us bigint: counted from now, in microseconds
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns one row with the jobs it holds whose runs were cancelled; none when the session has ended.
WITH renewed AS (
    UPDATE chassis.session
    SET renewed_at = coalesce($3::timestamptz, now()),
        lease_expires_at = coalesce($3::timestamptz, now()) + $2::bigint * interval '1 microsecond'
    WHERE session_id = $1::bigint AND ended_at IS NULL
      AND lease_expires_at > coalesce($3::timestamptz, now())
    RETURNING session_id
)
SELECT (SELECT coalesce(array_to_string(array_agg(lease.job_id), ','), '')
        FROM chassis.live_run
        JOIN chassis.job ON job.run_id = live_run.run_id
        JOIN chassis.lease ON lease.job_id = job.job_id
        WHERE live_run.cancelled_at IS NOT NULL AND lease.session_id = $1::bigint
          AND job.rule IS DISTINCT FROM 'always') AS cancelled_jobs
FROM renewed;
