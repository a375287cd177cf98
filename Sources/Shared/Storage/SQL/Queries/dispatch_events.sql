-- Takes events that nobody has dispatched and finds the jobs that wait for them.
--
--   $1 limit integer: how many at most
--
-- Returns how many were taken, and the jobs, as a JSON array of their ids. Resume those in the same transaction. Events that
-- another transaction has taken are left to it.
WITH taken AS (
    SELECT event_id, team, name, key
    FROM chassis.event
    WHERE NOT is_dispatched
    ORDER BY event_id
    LIMIT $1::integer
    FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE chassis.event SET is_dispatched = true FROM taken WHERE event.event_id = taken.event_id
), woken AS (
    SELECT DISTINCT event_wait.job_id
    FROM taken
    JOIN chassis.event_wait ON event_wait.team = taken.team AND event_wait.name = taken.name
        AND (event_wait.key IS NULL OR event_wait.key = taken.key)
)
SELECT (SELECT count(*) FROM taken) AS events,
       (SELECT coalesce(json_agg(job_id ORDER BY job_id), '[]') FROM woken)::text AS jobs;
