import Postgres
import TestSupport
import Testing

@testable import Storage

@Suite struct BackfillMigrationTests {
    private static let last = 26

    /// Backfills that are under way go on in their order, and so does what a scheduler of the release before adds.
    @Test func numbersTheItemsOfBackfillsThatAreThere() async throws {
        let connection = try await MigratorTests.connection(TestDatabase.empty())
        _ = try await Migrator(migrations: Array(Migration.all.prefix(Self.last - 1))).migrate(connection)
        try await connection.execute(
            """
            INSERT INTO chassis.backfill (schedule_id, version_id, newest_first, most_active, created_at)
            VALUES (1, 1, false, 1, now()), (1, 1, true, 1, now());
            INSERT INTO chassis.backfill_item (backfill_id, due_at, state)
            SELECT id, day, 'pending'
            FROM generate_series(1, 3) AS id, generate_series(timestamptz '2026-01-01', '2026-01-03', '1 day') AS day;
            """
        )
        _ = try await Migrator(migrations: Array(Migration.all.prefix(Self.last))).migrate(connection)
        try await connection.execute(
            "INSERT INTO chassis.backfill_item (backfill_id, due_at, state) VALUES (1, '2026-01-04', 'pending')"
        )
        let rows = try await connection.query(
            PostgresStatement(
                name: nil,
                sql: """
                    SELECT backfill_id, string_agg(extract(day FROM due_at AT TIME ZONE 'UTC')::text, ' ' ORDER BY number) AS days
                    FROM chassis.backfill_item GROUP BY backfill_id ORDER BY backfill_id
                    """
            )
        ).rows
        // The items of the third have no backfill.
        #expect(try rows.map { try $0.string("days") } == ["1 2 3 4", "3 2 1"])
        await connection.close()
    }
}
