import Postgres
import Storage
import TestSupport
import Testing

@Suite struct MigratorTests {
    static func connection(_ conninfo: String) async throws -> PostgresConnection {
        try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "test"))
    }

    @Test func migratesOnceAlsoWhenTwoDoItAtOnce() async throws {
        let conninfo = try await TestDatabase.empty()
        let made = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let connection = try await Self.connection(conninfo)
                    defer { Task { await connection.close() } }
                    return try await Migrator().migrate(connection).count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(made == Migration.all.count)
    }

    @Test func refusesADatabaseThatWasNeverMigrated() async throws {
        let connection = try await Self.connection(TestDatabase.empty())
        await #expect(throws: StorageError.schemaTooOld(found: 0, needed: Migration.newest)) {
            try await Migrator().check(connection)
        }
    }

    @Test func refusesASchemaNewerThanItKnows() async throws {
        let connection = try await Self.connection(TestDatabase.migrated())
        try await connection.execute("INSERT INTO chassis.schema_migration VALUES (99, 'future', '\\x00', now())")
        let error = StorageError.schemaTooNew(found: Migration.newest + 1, supported: Migration.newest)
        await #expect(throws: error) { try await Migrator().check(connection) }
        await #expect(throws: error) { try await Migrator().migrate(connection) }
    }

    @Test func refusesAMigrationThatIsNotItsOwn() async throws {
        let connection = try await Self.connection(TestDatabase.migrated())
        try await connection.execute("UPDATE chassis.schema_migration SET sha256 = '\\x00' WHERE number = 1")
        await #expect(throws: StorageError.migrationDiffers(number: 1, name: "begin")) {
            try await Migrator().check(connection)
        }
    }

    @Test func saysWhyThereIsNoWayToTheDatabase() async throws {
        let pool = PostgresPool(.init(conninfo: "host=/nonexistent dbname=x", applicationName: "test"), size: 1)
        let error = await #expect(throws: StorageError.self) { try await Migrator().check(pool) }
        #expect(error?.description.contains("/nonexistent") == true)
        #expect(error?.description.contains("--postgres") == true)
    }

    @Test func refusesAServerThatIsReadOnly() async throws {
        let connection = try await Self.connection(TestDatabase.migrated())
        try await connection.execute("SET default_transaction_read_only = on")
        await #expect(throws: StorageError.serverReadOnly) { try await Migrator().check(connection) }
    }
}
