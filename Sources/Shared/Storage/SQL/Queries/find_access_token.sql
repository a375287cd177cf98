-- Finds an access token by its digest.
--
--   $1 token_sha256 bytea
--
-- Returns its name, or nothing.
SELECT name FROM chassis.access_token WHERE token_sha256 = $1::bytea;
