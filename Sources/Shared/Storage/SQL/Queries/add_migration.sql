-- Notes that a migration was made.
--
--   $1 number integer, $2 name text, $3 sha256 bytea
INSERT INTO chassis.schema_migration (number, name, sha256, applied_at)
VALUES ($1::integer, $2::text, $3::bytea, now());
