-- Takes the advisory lock that shows that the session's process lives, and notes the life of the server it was taken
-- in. Locks of sessions are (1667785075, session_id).
--
--   $1 session_id bigint
--   $2 incarnation text: from read_incarnation, on the same connection
--
-- Returns one row: whether the lock was taken. Another backend may still hold it, if its connection was cut silently;
-- until it is taken, the session has no incarnation, and its lock does not count. May be called again.
WITH locked AS MATERIALIZED (
    SELECT pg_try_advisory_lock(1667785075, $1::bigint::integer) AS is_locked
), noted AS (
    UPDATE chassis.session
    SET incarnation = CASE WHEN is_locked THEN $2::text END, lock_missing_at = NULL
    FROM locked
    WHERE session_id = $1::bigint
)
SELECT is_locked FROM locked;
