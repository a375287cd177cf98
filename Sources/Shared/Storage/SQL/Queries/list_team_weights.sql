-- Lists the weights that were set.
--
-- Returns team and weight of each, by team.
SELECT team, weight FROM chassis.team_weight ORDER BY team;
