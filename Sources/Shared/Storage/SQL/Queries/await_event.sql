-- Notes that a job waits for an event, before it looks for one.
--
--   $1 job_id bigint, $2 team text, $3 name text, $4 key text: or NULL
--
-- Returns the last event it has seen.
INSERT INTO chassis.event_wait (job_id, team, name, key)
VALUES ($1::bigint, $2::text, $3::text, $4::text)
ON CONFLICT (job_id) DO UPDATE SET team = excluded.team, name = excluded.name, key = excluded.key
RETURNING seen;
