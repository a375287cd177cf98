-- Lists the worker sessions that live or ended within the hour.
--
--   $1 page_size integer
--   $2 now timestamptz: NULL for the database's clock
--
-- Returns a row for each, newest first, with the number of leases it holds; queues and labels are JSON arrays. Times are
-- microseconds since 1970.
SELECT session.session_id,
       session.worker,
       session.host,
       session.pid,
       session.version,
       to_json(session.queues)::text AS queues,
       to_json(session.labels)::text AS labels,
       session.slots,
       coalesce(held.leases, 0) AS running,
       CASE
           WHEN session.ended_at IS NOT NULL THEN 'ended'
           WHEN session.draining_at IS NOT NULL THEN 'draining'
           ELSE 'live'
       END AS state,
       (extract(epoch FROM session.started_at) * 1000000)::bigint AS started_us,
       (extract(epoch FROM session.renewed_at) * 1000000)::bigint AS renewed_us,
       (extract(epoch FROM session.ended_at) * 1000000)::bigint AS ended_us,
       session.end_reason
FROM (
    SELECT * FROM chassis.session WHERE ended_at IS NULL
    UNION ALL
    SELECT * FROM chassis.session WHERE ended_at > coalesce($2::timestamptz, now()) - interval '1 hour'
) AS session
LEFT JOIN (SELECT session_id, count(*) AS leases FROM chassis.lease GROUP BY session_id) AS held USING (session_id)
ORDER BY session.session_id DESC
LIMIT $1::integer;
