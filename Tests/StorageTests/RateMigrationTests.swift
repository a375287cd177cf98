import Postgres
import TestSupport
import Testing

@testable import Storage

@Suite struct RateMigrationTests {
    private static let last = 38

    /// Whoever was in the door when rates came to know how many have begun has told them nothing.
    @Test func countsRatesThatDoNotKnowHowManyHaveBegun() async throws {
        let connection = try await MigratorTests.connection(TestDatabase.empty())
        _ = try await Migrator(migrations: Array(Migration.all.prefix(Self.last - 1))).migrate(connection)
        try await connection.execute(
            """
            INSERT INTO chassis.gate (is_run, is_rate, scope, key, most, period, begun)
            VALUES (false, true, 's', 'rate', 3, interval '1 day', 5), (false, false, 's', 'limit', 3, NULL, 0);
            INSERT INTO chassis.permit (holder, is_run, gate_id, attempt, at)
            SELECT 1, false, gate_id, 1, timestamptz '2026-01-01 00:00Z' FROM chassis.gate WHERE is_rate;
            """
        )
        func begun() async throws -> Int {
            try await connection.query("SELECT begun FROM chassis.gate WHERE is_rate").rows[0].int("begun")
        }
        func sweep(_ now: String) async throws -> Int {
            _ = try await connection.query(Statement.sweepPermits, [.text(now)])
            return try await begun()
        }
        _ = try await Migrator(migrations: Array(Migration.all.prefix(Self.last))).migrate(connection)
        #expect(try await begun() == 1)
        try await connection.execute("UPDATE chassis.gate SET begun = 4 WHERE is_rate")
        #expect(try await sweep("2026-01-01 00:01Z") == 1)
        // What waits for it is looked at.
        #expect(try await connection.query("SELECT gate_id FROM chassis.gate_news").rows.count == 1)
        try await connection.execute("UPDATE chassis.gate SET begun = 4 WHERE is_rate")
        #expect(try await sweep("2026-01-01 00:10Z") == 4, "it may take long, and is not done at each look")
        #expect(try await sweep("2026-01-01 00:11Z") == 1)
        try await connection.execute("UPDATE chassis.gate SET begun = 4 WHERE is_rate; DELETE FROM chassis.permit")
        #expect(try await sweep("2026-01-01 00:21Z") == 0)
        await connection.close()
    }
}
