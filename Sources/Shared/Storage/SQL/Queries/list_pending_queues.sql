-- Lists the queues that have pending jobs, at most a thousand, each by one look into the index.
--
-- Returns queue of each.
WITH RECURSIVE found AS (
    (SELECT queue FROM chassis.ready ORDER BY queue, -priority::integer, place LIMIT 1)
    UNION ALL
    SELECT (SELECT ready.queue FROM chassis.ready WHERE ready.queue > found.queue
            ORDER BY ready.queue, -ready.priority::integer, ready.place LIMIT 1)
    FROM found
    WHERE found.queue IS NOT NULL
)
SELECT queue FROM found WHERE queue IS NOT NULL LIMIT 1000;
