-- Looks after the sessions, and for all else that may need mending, in one statement: who looks several times a second mostly
-- finds nothing. Ends sessions whose lease ran out, and those whose process is gone, and notes whose lock is missing. A
-- process is gone when the server it locked in still lives and nobody has held its lock for the grace.
--
--   $1 grace_us bigint: how long a lock may be missing, in microseconds
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each session that was ended or whose lock was found missing, or found again, just now, and one without a session
-- when there is none. Each tells, too, whether a session has ended within the last minute, so that there may be jobs to take back, whether
-- a job is due, and whether somebody stands before the door. Waits for nobody but who changes a session that is to be changed.
WITH life AS (
    -- As read_incarnation says; none before the first session of a life.
    SELECT extract(epoch FROM pg_postmaster_start_time())::text || '/' || incarnation.name AS incarnation
    FROM chassis.incarnation
), held AS MATERIALIZED (
    SELECT objid::bigint AS session_id
    FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 1667785075 AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
), seen AS (
    SELECT session.session_id,
           incarnation = (SELECT incarnation FROM life) AND held.session_id IS NULL AS lock_is_missing
    FROM chassis.session
    LEFT JOIN held ON held.session_id = session.session_id
    WHERE ended_at IS NULL
), changed AS (
    -- Whether the lease has run out, or the lock has been missing for the grace, is asked of the row itself, not of what was seen of
    -- it: a renewal, or a look that found the lock, may have been under way.
    UPDATE chassis.session
    SET lock_missing_at = CASE WHEN lock_is_missing THEN coalesce(lock_missing_at, coalesce($2::timestamptz, now())) END,
        ended_at = CASE WHEN lease_expires_at <= coalesce($2::timestamptz, now())
                             OR lock_is_missing AND lock_missing_at <= coalesce($2::timestamptz, now()) - $1::bigint * interval '1 microsecond'
                        THEN coalesce($2::timestamptz, now()) END,
        end_reason = CASE WHEN lease_expires_at <= coalesce($2::timestamptz, now()) THEN 'lease expired'
                          WHEN lock_is_missing AND lock_missing_at <= coalesce($2::timestamptz, now()) - $1::bigint * interval '1 microsecond'
                          THEN 'process gone' END
    FROM seen
    WHERE session.session_id = seen.session_id AND session.ended_at IS NULL
      AND (lease_expires_at <= coalesce($2::timestamptz, now())
           OR lock_is_missing AND lock_missing_at <= coalesce($2::timestamptz, now()) - $1::bigint * interval '1 microsecond'
           OR coalesce(lock_is_missing, false) <> (lock_missing_at IS NOT NULL))
    RETURNING session.session_id, worker, end_reason
), found AS (
    SELECT EXISTS (SELECT FROM chassis.session WHERE ended_at > coalesce($2::timestamptz, now()) - interval '1 minute')
               OR EXISTS (SELECT FROM changed WHERE end_reason IS NOT NULL) AS has_ended_sessions,
           coalesce((SELECT min(due_at) FROM chassis.waiting) <= coalesce($2::timestamptz, now()), false) AS has_due_jobs,
           EXISTS (SELECT FROM chassis.gate_news)
               OR EXISTS (SELECT FROM chassis.waiting WHERE reason = 'held' AND gate_id IS NULL)
               OR EXISTS (SELECT FROM chassis.gate WHERE opens_at <= coalesce($2::timestamptz, now())) AS is_news_at_door
)
SELECT found.*, changed.*
FROM found LEFT JOIN changed ON true;
