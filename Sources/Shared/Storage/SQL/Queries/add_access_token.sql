-- Lets a token in.
--
--   $1 token_sha256 bytea, $2 name text: whom it was given to
--   $3 now timestamptz: NULL for the database's clock
--
-- Returns one row when it was added, none when it is there already.
INSERT INTO chassis.access_token (token_sha256, name, created_at)
VALUES ($1::bytea, $2::text, coalesce($3::timestamptz, now()))
ON CONFLICT (token_sha256) DO NOTHING
RETURNING name;
