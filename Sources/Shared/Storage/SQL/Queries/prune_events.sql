-- Deletes events that came long ago, with what triggers made of them; those stay that a trigger still holds, or that a
-- job may have come for which has not looked at them yet.
--
--   $1 retention_us bigint: how long ago, in microseconds
--   $2 limit integer: how many at most
--   $3 now timestamptz: NULL for the database's clock
--   $4 after bigint: looks at events behind this one
--   $5 looks integer: at how many
--
-- Returns one row: how many are gone, and behind which event to go on; NULL when no older ones are left behind it. Waits for nobody.
WITH page AS (
    SELECT event_id, at < coalesce($3::timestamptz, now()) - $1::bigint * interval '1 microsecond' AS is_old
    FROM chassis.event
    WHERE event_id > $4::bigint
    ORDER BY event_id
    LIMIT $5::integer
), spare AS (
    SELECT event.event_id
    FROM page JOIN chassis.event USING (event_id)
    WHERE is_old AND is_dispatched
      AND NOT EXISTS (SELECT FROM chassis.news WHERE news.event_id = event.event_id AND state IN ('new', 'held'))
      -- By the index: those that wait for this key, and those that wait for any. Workers of before do not say since when.
      AND NOT EXISTS (
          SELECT FROM chassis.event_wait JOIN chassis.job USING (job_id) JOIN chassis.run USING (run_id)
          WHERE event_wait.team = event.team AND event_wait.name = event.name
            AND event_wait.key = event.key AND event_wait.seen < event.event_id
            AND event.at >= coalesce(event_wait.since_at, run.created_at)
            AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = event_wait.job_id))
      AND NOT EXISTS (
          SELECT FROM chassis.event_wait JOIN chassis.job USING (job_id) JOIN chassis.run USING (run_id)
          WHERE event_wait.team = event.team AND event_wait.name = event.name
            AND event_wait.key IS NULL AND event_wait.seen < event.event_id
            AND event.at >= coalesce(event_wait.since_at, run.created_at)
            AND NOT EXISTS (SELECT FROM chassis.done WHERE done.job_id = event_wait.job_id))
    ORDER BY event.event_id
    LIMIT $2::integer
    FOR UPDATE OF event SKIP LOCKED
), pruned AS (
    DELETE FROM chassis.event USING spare WHERE event.event_id = spare.event_id RETURNING event.event_id
)
SELECT count(*) AS deleted,
       CASE WHEN count(*) = $2::integer THEN max(event_id)
            ELSE (SELECT max(event_id) FROM page HAVING bool_or(is_old)) END AS last_id
FROM pruned;
