-- Raises pending jobs that have waited long to the highest priority that is pending in their queue, at the end of their
-- team's line there. What stands behind live work is raised to the highest priority of what does so, and no further.
--
--   $1 age_us bigint: how long is long, in microseconds
--   $2 limit integer: how many of each priority of each queue are looked at, at most
--   $3 least_live smallint: the least priority of live work
--   $4 now timestamptz: NULL for the database's clock
--
-- Returns how many were raised. Looks once into the index for each queue and priority, and then at the heads of those that
-- are not the highest. Waits for nobody.
WITH RECURSIVE level AS (
    (SELECT queue, priority, true AS is_top, priority AS top
     FROM chassis.ready ORDER BY queue, -priority::integer, place LIMIT 1)
    UNION ALL
    SELECT next.queue, next.priority, next.is_top, CASE WHEN next.is_top THEN next.priority ELSE level.top END
    FROM level
    CROSS JOIN LATERAL (
        SELECT ready.queue, ready.priority,
               ready.queue <> level.queue OR ready.priority < $3::smallint AND level.priority >= $3::smallint AS is_top
        FROM chassis.ready
        WHERE (ready.queue, -ready.priority::integer) > (level.queue, -level.priority::integer)
        ORDER BY ready.queue, -ready.priority::integer, ready.place LIMIT 1) AS next
), old AS MATERIALIZED (
    SELECT head.job_id, head.run_id, level.queue, level.top
    FROM level
    CROSS JOIN LATERAL (
        SELECT ready.job_id, ready.run_id, ready.available_at FROM chassis.ready
        WHERE ready.queue = level.queue AND -ready.priority::integer = -level.priority::integer
        ORDER BY ready.queue, -ready.priority::integer, ready.place LIMIT $2::integer) AS head
    WHERE NOT level.is_top
      AND head.available_at <= coalesce($4::timestamptz, now()) - $1::bigint * interval '1 microsecond'
), numbered AS (
    SELECT old.*, run.team, row_number() OVER (PARTITION BY queue, top, team ORDER BY job_id) AS number
    FROM old JOIN chassis.run USING (run_id)
), line AS MATERIALIZED (
    SELECT queue, top, team, count(*) AS jobs, chassis.next_place(queue, top, team, $4::timestamptz) AS place
    FROM numbered
    GROUP BY queue, top, team
), raised AS (
    UPDATE chassis.ready
    SET priority = numbered.top, place = line.place + number - 1,
        line_end = CASE WHEN number = jobs THEN line.team END
    FROM numbered JOIN line USING (queue, top, team)
    WHERE ready.ctid = ANY (ARRAY (SELECT ready.ctid FROM chassis.ready JOIN old USING (job_id)
                                   FOR UPDATE OF ready SKIP LOCKED))
      AND ready.job_id = numbered.job_id
    RETURNING ready.job_id
)
SELECT count(*) AS raised FROM raised;
