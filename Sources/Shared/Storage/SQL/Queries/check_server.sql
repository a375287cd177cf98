-- Tells what server this is.
--
-- Returns one row: its version as a number, the encoding of the database, whether it can be written to, and whether it was ever migrated.
SELECT current_setting('server_version_num')::integer AS version,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS is_read_only,
       -- Not to_regclass, whose cache may not know yet what another session has just committed.
       EXISTS (SELECT FROM pg_catalog.pg_tables
               WHERE schemaname = 'chassis' AND tablename = 'schema_migration') AS is_migrated;
