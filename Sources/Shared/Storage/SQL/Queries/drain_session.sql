-- Notes that a session takes no more jobs.
--
--   $1 session_id bigint
--   $2 now timestamptz: NULL for the database's clock
UPDATE chassis.session
SET draining_at = coalesce($2::timestamptz, now())
WHERE session_id = $1::bigint AND draining_at IS NULL;
