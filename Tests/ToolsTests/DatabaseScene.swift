import Glibc
import Postgres
import TestSupport
import Tools
import Workflow

/// A database with a table, a sequence and a function that writes, and a role with rights to all of them.
struct DatabaseScene {
    let ownerConninfo: String
    let role: String

    static func make() async throws -> DatabaseScene {
        let conninfo = try await TestDatabase.empty()
        let role = "app_\(conninfo.split(separator: "_").last ?? "")"
        let scene = DatabaseScene(ownerConninfo: conninfo, role: role)
        try await scene.asOwner(
            """
            CREATE TABLE item (id int PRIMARY KEY, name text DEFAULT 'x', price numeric(10,2));
            COMMENT ON TABLE item IS 'what is sold'; COMMENT ON COLUMN item.name IS 'as on the label';
            INSERT INTO item VALUES (1, 'pen', 1.50), (2, 'ink', NULL);
            CREATE SEQUENCE counter;
            CREATE FUNCTION write_one() RETURNS int LANGUAGE sql AS 'INSERT INTO item (id) VALUES (99) RETURNING id';
            CREATE FUNCTION escape() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN PERFORM set_config('transaction_read_only', 'off', true);
                INSERT INTO item (id) VALUES (98); RETURN 1; END $$;
            CREATE ROLE \(role) LOGIN;
            GRANT ALL ON item, counter TO \(role); GRANT ALL ON SCHEMA public TO \(role)
            """
        )
        return scene
    }

    var roleConninfo: String {
        ownerConninfo.split(separator: " ").filter { !$0.hasPrefix("user=") }.joined(separator: " ") + " user=\(role)"
    }

    func asOwner(_ script: String) async throws {
        let connection = try await owner()
        try await connection.execute(script)
        await connection.close()
    }

    /// The text of one value, read as the owner.
    func value(_ sql: String) async throws -> String? {
        let connection = try await owner()
        let result = try await connection.query(PostgresStatement(name: nil, sql: sql))
        await connection.close()
        return result.rows[0].text(columnAt: 0)
    }

    private func owner() async throws -> PostgresConnection {
        try await PostgresConnection.connect(.init(conninfo: ownerConninfo, applicationName: "test"))
    }

    func access(
        _ access: SQLAccess,
        author: DatabaseAccess.Author = .model,
        tables: [String]? = nil,
        _ change: (inout DatabaseLimits) -> Void = { _ in }
    ) -> DatabaseAccess {
        var limits = DatabaseLimits()
        change(&limits)
        return DatabaseAccess(
            name: "warehouse",
            conninfo: roleConninfo,
            access: access,
            author: author,
            tables: tables,
            limits: limits
        )
    }

    /// Everything a statement could have changed, as one text.
    func state() async throws -> String? {
        try await value(
            """
            SELECT concat_ws('|', (SELECT string_agg(item::text, ',' ORDER BY id) FROM item),
                (SELECT is_called FROM counter), (SELECT count(*) FROM pg_largeobject_metadata),
                (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
                    (SELECT oid FROM pg_database WHERE datname = current_database())),
                (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
                (SELECT count(*) FROM pg_db_role_setting WHERE setdatabase IN (
                    0, (SELECT oid FROM pg_database WHERE datname = current_database()))))
            """
        )
    }
}
