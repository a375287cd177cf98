-- Lets a token in.
--
--   $1 token_sha256 bytea, $2 name text: whom it was given to
--   $3 now timestamptz: NULL for the database's clock
--   $4 teams text[], $5 roles text[]: what it decides; both NULL for everything
--
-- Returns one row when it was added, none when it is there already.
WITH added AS (
    INSERT INTO chassis.access_token (token_sha256, name, created_at, teams, roles)
    VALUES ($1::bytea, $2::text, coalesce($3::timestamptz, now()), $4::text[], $5::text[])
    ON CONFLICT (token_sha256) DO NOTHING
    RETURNING name, teams, roles
), noted AS (
    INSERT INTO chassis.audit (at, actor, action, subject, detail)
    SELECT coalesce($3::timestamptz, now()), 'database', 'token.create', name,
           jsonb_build_object('teams', teams, 'roles', roles)
    FROM added
)
SELECT name FROM added;
