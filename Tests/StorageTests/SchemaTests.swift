import Glibc
import Postgres
import TestSupport
import Testing

/// What all migrations make together, to be read whole: `schema.sql`.
@Suite struct SchemaTests {
    /// Of another version, `pg_dump` words some of it otherwise.
    private static let version = 15
    private static let kept = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/schema.sql"
    /// Leaves out what only says by which program it was dumped.
    private static let comparison = #"""
        pg_dump --schema-only --no-owner --schema chassis --dbname "$1" \
            | grep -vE '^(--|SET |SELECT pg_catalog.set_config|\\)' | cat -s >"$2"
        diff -U1 "$3" "$2" && rm "$2"
        """#

    private static func isOfVersion() async throws -> Bool {
        let connection = try await MigratorTests.connection(TestDatabase.migrated())
        let shown = try await connection.query("SELECT current_setting('server_version_num')::integer / 10000 AS major")
        await connection.close()
        return try shown.rows[0].int("major") == version
    }

    @Test(
        .timeLimit(.minutes(5)),
        .enabled("it takes a server of version \(version)") { try await SchemaTests.isOfVersion() }
    )
    func isWhatTheFileSays() async throws {
        let conninfo = try await TestDatabase.migrated()
        let made = "/tmp/chassis-schema-\(getpid()).sql"
        let comparison = ChildProcess(["bash", "-c", Self.comparison, "bash", conninfo, made, Self.kept])
        _ = await comparison.ended()
        let difference = comparison.output
        #expect(
            difference.isEmpty,
            """
            the migrations make another schema than \(Self.kept) says; look at it, and put \(made) in its place:
            \(difference.prefix(4000))
            """
        )
    }
}
