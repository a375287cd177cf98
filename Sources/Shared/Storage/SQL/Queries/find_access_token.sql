-- Finds an access token by its digest.
--
--   $1 token_sha256 bytea
--
-- Returns its name, and as JSON the teams and roles it decides for, NULL for all; or nothing.
SELECT name, array_to_json(teams)::text AS teams, array_to_json(roles)::text AS roles
FROM chassis.access_token WHERE token_sha256 = $1::bytea;
