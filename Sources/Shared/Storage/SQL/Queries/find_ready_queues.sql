-- Lists the queues with pending jobs that not every worker can run: those whose names have a slash.
--
-- Each queue costs one step down the index, however many jobs it holds; at most 1,000 queues are looked at.
--
-- Returns a row for each, in no order. Waits for nothing.
WITH RECURSIVE found (queue, number) AS (
    SELECT (SELECT queue FROM chassis.ready ORDER BY queue LIMIT 1), 1
    UNION ALL
    SELECT (SELECT ready.queue FROM chassis.ready WHERE ready.queue > found.queue ORDER BY ready.queue LIMIT 1),
           number + 1
    FROM found
    WHERE found.queue IS NOT NULL AND number < 1000
)
SELECT queue
FROM found
WHERE strpos(queue, '/') > 0;
