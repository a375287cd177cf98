-- Tells whether the caller's role can leave SQL: a superuser, or one with the server's files or programs. Models may
-- write no statements as such a role.
--
-- Returns one row.
SELECT current_setting('is_superuser') = 'on'
    OR EXISTS (
        SELECT FROM pg_roles
        WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
          AND pg_has_role(oid, 'MEMBER')
    ) AS beyond_sql;
