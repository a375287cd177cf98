-- Has a team go like those without a weight.
--
--   $1 team text
--
-- Returns one row when it had one.
DELETE FROM chassis.team_weight WHERE team = $1::text RETURNING team;
