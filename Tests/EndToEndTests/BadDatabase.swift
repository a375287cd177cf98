import Postgres
import Storage
import TestSupport
import Testing

/// A Postgres that cannot be used, and what is said about it.
struct BadDatabase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let says: [String]
    /// What programs that only look say, where that is something else.
    let saysToUsers: [String]
    /// Whether `migrate` finds nothing wrong with it, since its work is to mend this.
    let isMendedByMigrating: Bool
    /// Makes it; returns how to reach it.
    let make: @Sendable () async throws -> String

    static let all: [BadDatabase] = [
        BadDatabase("absent: no such socket", ["/nonexistent/.s.PGSQL.5432", "check", "--postgres"]) {
            "host=/nonexistent dbname=chassis"
        },
        BadDatabase("absent: nobody listens", ["port 1 failed: Connection refused", "check", "--postgres"]) {
            "postgresql://chassis:secret@127.0.0.1:1/chassis"
        },
        BadDatabase("absent: no such database", ["database \"nonexistent\" does not exist", "check"]) {
            try await TestDatabase.migrated().replacing(database: "nonexistent")
        },
        BadDatabase("an address that cannot be read", ["connection string cannot be read; check its quoting"]) {
            "postgresql://%zz"
        },
        BadDatabase(
            "read-only",
            ["the server accepts no writes: it is a standby or set to read-only; give the primary's address"]
        ) {
            try await TestDatabase.migrated(with: alter("SET default_transaction_read_only = on"))
        },
        // A real server whose answer about its version comes from a function that stands before the system's own.
        BadDatabase("of the wrong version", ["the server is PostgreSQL 13.9, this program needs 14 or newer; upgrade"])
        {
            try await TestDatabase.migrated(
                with: """
                    CREATE SCHEMA old;
                    CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS $$
                        SELECT CASE $1 WHEN 'server_version_num' THEN '130009' ELSE pg_catalog.current_setting($1) END
                    $$;
                    \(alter("SET search_path = old, pg_catalog"))
                    """
            )
        },
        BadDatabase(
            "with a newer schema",
            [
                "is at version \(Migration.newest + 1), this program supports up to \(Migration.newest); upgrade the program"
            ]
        ) {
            try await TestDatabase.migrated(
                with: "INSERT INTO chassis.schema_migration VALUES (99, 'future', '\\x00', now())"
            )
        },
        BadDatabase("with another schema", ["migration 1 (begin) in the database is not the one this program knows"]) {
            try await TestDatabase.migrated(with: "UPDATE chassis.schema_migration SET sha256 = '\\x00'")
        },
        BadDatabase(
            "that was never migrated",
            [neverMigrated],
            isMendedByMigrating: true
        ) { try await TestDatabase.empty() },
        BadDatabase(
            "with somebody else's schema",
            ["the database has a schema chassis that chassis migrate has not made; use another database, or drop it"],
            toUsers: [neverMigrated]
        ) {
            try await TestDatabase.empty(with: "CREATE SCHEMA chassis")
        },
        BadDatabase(
            "that forbids its user",
            ["does not let this user in: permission denied for schema chassis; name the user that owns"]
        ) {
            try await TestDatabase.migrated(
                with: """
                    DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$
                    """
            ) + " user=stranger"
        },
        BadDatabase("of another encoding", ["has the encoding LATIN1, this program needs UTF8; make one with"]) {
            try await TestDatabase.other(options: "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        },
    ]

    private init(
        _ description: String,
        _ says: [String],
        toUsers saysToUsers: [String]? = nil,
        isMendedByMigrating: Bool = false,
        make: @escaping @Sendable () async throws -> String
    ) {
        testDescription = description
        self.says = says
        self.saysToUsers = saysToUsers ?? says
        self.isMendedByMigrating = isMendedByMigrating
        self.make = make
    }

    private static let neverMigrated =
        "is at version 0, this program needs \(Migration.newest); run: chassis migrate --postgres URL"

    private static func alter(_ change: String) -> String {
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I \(change)', current_database()); END $$"
    }
}

extension TestDatabase {
    /// A fresh database with the newest schema, changed by a script.
    fileprivate static func migrated(with script: String) async throws -> String {
        try await changed(migrated(), by: script)
    }

    /// A fresh database without our schema, changed by a script.
    fileprivate static func empty(with script: String) async throws -> String { try await changed(empty(), by: script) }

    /// A fresh database that is made in another way than the others.
    fileprivate static func other(options: String) async throws -> String {
        let beside = try await empty()
        let name = "other_" + beside.filter { $0.isNumber }
        _ = try await changed(beside, by: "CREATE DATABASE \(name) \(options)")
        return beside.replacing(database: name)
    }

    private static func changed(_ conninfo: String, by script: String) async throws -> String {
        let connection = try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "test"))
        try await connection.execute(script)
        await connection.close()
        return conninfo
    }
}

extension String {
    /// The connection string with another database; of two the last one counts.
    fileprivate func replacing(database: String) -> String { self + " dbname=\(database)" }
}
