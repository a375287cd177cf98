-- Sets how many jobs of a team go in each turn of its queues.
--
--   $1 team text, $2 weight integer
INSERT INTO chassis.team_weight (team, weight) VALUES ($1::text, $2::integer)
ON CONFLICT (team) DO UPDATE SET weight = excluded.weight;
