-- Takes events that nobody has dispatched, tells the triggers that hear of them, and finds the jobs that wait for them.
--
--   $1 limit integer: how many at most
--
-- Returns how many were taken, how many triggers were told, and the jobs, as a JSON array of their ids. Resume those in the
-- same transaction. Events that another transaction has taken are left to it.
WITH taken AS (
    SELECT event_id, team, name, key, at
    FROM chassis.event
    WHERE NOT is_dispatched
    ORDER BY event_id
    LIMIT $1::integer
    FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE chassis.event SET is_dispatched = true FROM taken WHERE event.event_id = taken.event_id
), told AS (
    INSERT INTO chassis.news (trigger_id, event_id, name, key)
    SELECT trigger_id, event_id, taken.name, coalesce(taken.key, '')
    FROM taken JOIN chassis.event_trigger_name USING (team, name)
    ON CONFLICT DO NOTHING
    RETURNING event_id
), listed AS (
    -- In one order, so that two dispatches do not wait for each other.
    INSERT INTO chassis.asset_partition (team, name, partition, updates, event_id, updated_at)
    SELECT team, substr(name, 7), coalesce(key, ''), count(*), max(event_id), max(at)
    FROM taken
    WHERE name LIKE 'asset:%'
    GROUP BY team, name, key
    ORDER BY team, name, key
    ON CONFLICT (team, name, partition) DO UPDATE
    SET updates = asset_partition.updates + excluded.updates,
        event_id = greatest(asset_partition.event_id, excluded.event_id),
        updated_at = greatest(asset_partition.updated_at, excluded.updated_at)
), woken AS (
    SELECT DISTINCT event_wait.job_id
    FROM taken
    JOIN chassis.event_wait ON event_wait.team = taken.team AND event_wait.name = taken.name
        AND (event_wait.key IS NULL OR event_wait.key = taken.key)
)
SELECT (SELECT count(*) FROM taken) AS events, (SELECT count(*) FROM told) AS told,
       (SELECT coalesce(json_agg(job_id ORDER BY job_id), '[]') FROM woken)::text AS jobs;
