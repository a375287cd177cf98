-- Lists the queues that hold unfinished jobs, have a live worker, or are paused.
--
-- Returns a row for each, by name: its jobs in each unfinished state, and since when its oldest pending job has been
-- pending, in microseconds since 1970.
SELECT queue AS name,
       coalesce(sum(pending), 0)::bigint AS pending,
       coalesce(sum(running), 0)::bigint AS running,
       coalesce(sum(delayed), 0)::bigint AS delayed,
       coalesce(sum(blocked), 0)::bigint AS blocked,
       coalesce(sum(suspended), 0)::bigint AS suspended,
       coalesce(sum(held), 0)::bigint AS held,
       EXISTS (SELECT FROM chassis.queue_pause
               WHERE queue_pause.queue IN (room.queue, split_part(room.queue, ';', 1))) AS is_paused,
       (extract(epoch FROM min(oldest_pending_at)) * 1000000)::bigint AS oldest_pending_us
FROM (
    SELECT queue, count(*) AS pending, 0 AS running, 0 AS delayed, 0 AS blocked, 0 AS suspended, 0 AS held,
           min(available_at) AS oldest_pending_at
    FROM chassis.ready
    GROUP BY queue
    UNION ALL
    SELECT queue, 0, count(*), 0, 0, 0, 0, NULL
    FROM chassis.lease
    GROUP BY queue
    UNION ALL
    SELECT queue, 0, 0, count(*) FILTER (WHERE reason = 'delayed'), count(*) FILTER (WHERE reason = 'blocked'),
           count(*) FILTER (WHERE reason = 'suspended'), count(*) FILTER (WHERE reason = 'held'), NULL
    FROM chassis.waiting
    GROUP BY queue
    UNION ALL
    SELECT unnest(queues), 0, 0, 0, 0, 0, 0, NULL
    FROM chassis.session
    WHERE ended_at IS NULL
    UNION ALL
    SELECT queue, 0, 0, 0, 0, 0, 0, NULL FROM chassis.queue_pause
) AS room
GROUP BY queue
ORDER BY queue;
