-- Notes that a job waits for an event, before it looks for one.
--
--   $1 job_id bigint, $2 run_id bigint: its run, whose team's events count
--   $3 name text, $4 key text: or NULL for any
--
-- Returns the last event it has seen, and the team.
INSERT INTO chassis.event_wait (job_id, team, name, key)
SELECT $1::bigint, team, $3::text, $4::text FROM chassis.run WHERE run_id = $2::bigint
ON CONFLICT (job_id) DO UPDATE SET team = excluded.team, name = excluded.name, key = excluded.key
RETURNING seen, team;
