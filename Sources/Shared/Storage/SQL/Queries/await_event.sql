-- Notes that a job waits for an event, before it looks for one.
--
--   $1 job_id bigint, $2 run_id bigint: its run, whose team's events count
--   $3 name text, $4 key text: or NULL for any
--   $5 since_us bigint: how long before the run events count too, in microseconds
--
-- Returns the last event it has seen, and the team.
INSERT INTO chassis.event_wait (job_id, team, name, key, since_at)
SELECT $1::bigint, team, $3::text, $4::text, created_at - $5::bigint * interval '1 microsecond'
FROM chassis.run WHERE run_id = $2::bigint
ON CONFLICT (job_id) DO UPDATE
SET team = excluded.team, name = excluded.name, key = excluded.key, since_at = excluded.since_at
RETURNING seen, team;
