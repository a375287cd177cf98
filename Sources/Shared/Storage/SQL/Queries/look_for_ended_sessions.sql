-- Tells whether a session has ended within the last minute: only then can there be jobs to take back.
--
--   $1 now timestamptz: NULL for the database's clock
--
-- Returns one row. Reads an index, never the leases.
SELECT EXISTS (
    SELECT FROM chassis.session WHERE ended_at > coalesce($1::timestamptz, now()) - interval '1 minute'
) AS is_any;
