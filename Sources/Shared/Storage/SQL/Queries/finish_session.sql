-- Ends a session whose process ends in good order; what it still holds is rescued.
--
--   $1 session_id bigint
--   $2 now timestamptz: NULL for the database's clock
UPDATE chassis.session
SET ended_at = coalesce($2::timestamptz, now()), end_reason = 'finished'
WHERE session_id = $1::bigint AND ended_at IS NULL;
