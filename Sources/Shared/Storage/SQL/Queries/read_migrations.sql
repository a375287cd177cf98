-- Lists the migrations that the database has had.
--
-- Returns a row for each, in order. Fails with 42P01 or 3F000 in a database that was never migrated.
SELECT number, name, sha256 FROM chassis.schema_migration ORDER BY number;
