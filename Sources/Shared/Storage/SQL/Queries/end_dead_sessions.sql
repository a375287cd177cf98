-- Looks after the sessions: ends those whose lease ran out, and those whose process is gone, and notes whose lock is
-- missing. A process is gone when the server it locked in still lives and nobody has held its lock for the grace.
--
--   $1 incarnation text: the server's present life, from read_incarnation
--   $2 grace_us bigint: how long a lock may be missing, in microseconds
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns a row for each session that was ended or whose lock was found missing just now.
WITH held AS MATERIALIZED (
    SELECT objid::bigint AS session_id
    FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 1667785075 AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), seen AS (
    SELECT session.session_id,
           incarnation = $1::text AND held.session_id IS NULL AS lock_is_missing
    FROM chassis.session
    LEFT JOIN held ON held.session_id = session.session_id
    WHERE ended_at IS NULL
)
-- Whether the lease has run out, or the lock has been missing for the grace, is asked of the row itself, not of what was seen of
-- it: a renewal, or a look that found the lock, may have been under way.
UPDATE chassis.session
SET lock_missing_at = CASE WHEN lock_is_missing THEN coalesce(lock_missing_at, coalesce($3::timestamptz, now())) END,
    ended_at = CASE WHEN lease_expires_at <= coalesce($3::timestamptz, now())
                         OR lock_is_missing AND lock_missing_at <= coalesce($3::timestamptz, now()) - $2::bigint * interval '1 microsecond'
                    THEN coalesce($3::timestamptz, now()) END,
    end_reason = CASE WHEN lease_expires_at <= coalesce($3::timestamptz, now()) THEN 'lease expired'
                      WHEN lock_is_missing AND lock_missing_at <= coalesce($3::timestamptz, now()) - $2::bigint * interval '1 microsecond'
                      THEN 'process gone' END
FROM seen
WHERE session.session_id = seen.session_id AND session.ended_at IS NULL
  AND (lease_expires_at <= coalesce($3::timestamptz, now())
       OR lock_is_missing AND lock_missing_at <= coalesce($3::timestamptz, now()) - $2::bigint * interval '1 microsecond'
       OR coalesce(lock_is_missing, false) <> (lock_missing_at IS NOT NULL))
RETURNING session.session_id, worker, session.ended_at IS NOT NULL AS has_ended, end_reason;
