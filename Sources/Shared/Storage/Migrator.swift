import Digests
package import Postgres

/// Brings a database's schema up to date, and checks that it is.
package struct Migrator: Sendable {
    /// The oldest server that is supported, as its major version.
    package static let oldestServer = 14

    private let migrations: [Migration]

    /// - Parameter migrations: By default all that this program knows.
    package init(migrations: [Migration] = Migration.all) { self.migrations = migrations }

    /// Makes the migrations that the database has not had, each in a transaction of its own.
    ///
    /// Two programs that migrate at once wait for each other.
    ///
    /// - Returns: The migrations that were made now.
    /// - Throws: `StorageError` when the server or the schema does not fit, `PostgresError` when the server refuses.
    package func migrate(_ connection: PostgresConnection) async throws -> [Migration] {
        try await explained {
            _ = try await checkServer(connection)
            var made: [Migration] = []
            while let migration = try await makeNext(connection) { made.append(migration) }
            return made
        }
    }

    /// Checks that the server is supported and writable and that its schema is the one this program needs.
    ///
    /// - Throws: `StorageError` that says what to do.
    package func check(_ connection: PostgresConnection) async throws {
        try await explained {
            let isMigrated = try await checkServer(connection)
            let done = isMigrated ? try await verifiedCount(connection) : 0
            guard done == migrations.count else {
                throw StorageError.schemaTooOld(found: done, needed: migrations.count)
            }
        }
    }

    /// Checks the database behind a pool, when a program starts.
    ///
    /// - Throws: `StorageError` that says what to do, also when there is no way to the database.
    package func check(_ pool: PostgresPool) async throws {
        do {
            try await pool.withConnection { try await check($0) }
        } catch let error as PostgresError {
            throw StorageError.unreachable(reason: error.reason)
        }
    }

    /// Says of refusals that have a way out of their own what it is.
    private func explained<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch PostgresError.server(Self.insufficientPrivilege, let message, _, _) {
            throw StorageError.notPermitted(reason: message)
        } catch PostgresError.server(Self.duplicateSchema, _, _, _) {
            throw StorageError.schemaForeign
        }
    }

    /// SQLSTATE of what a user may not do.
    private static let insufficientPrivilege = "42501"
    /// SQLSTATE of a schema that is there already.
    private static let duplicateSchema = "42P06"

    private func checkServer(_ connection: PostgresConnection) async throws -> Bool {
        guard let row = try await connection.query(Statement.checkServer).rows.first else {
            throw StorageError.serverReadOnly
        }
        let version = try row.int("version")
        guard version / 10000 >= Self.oldestServer else {
            throw StorageError.serverTooOld(found: version, needed: Self.oldestServer)
        }
        let encoding = try row.string("encoding")
        guard encoding == "UTF8" else { throw StorageError.encodingUnfit(found: encoding) }
        guard try !row.bool("is_read_only") else { throw StorageError.serverReadOnly }
        return try row.bool("is_migrated")
    }

    private func makeNext(_ connection: PostgresConnection) async throws -> Migration? {
        try await connection.transaction { connection in
            _ = try await connection.query(Statement.beginMigrations)
            let isMigrated = try await checkServer(connection)
            let done = isMigrated ? try await verifiedCount(connection) : 0
            guard done < migrations.count else { return nil }
            let migration = migrations[done]
            try await connection.execute(migration.sql)
            _ = try await connection.query(
                Statement.addMigration,
                [.integer(migration.number), .text(migration.name), .bytes(Self.digest(migration))]
            )
            return migration
        }
    }

    /// How many migrations the database has had, all of them checked against those known here.
    private func verifiedCount(_ connection: PostgresConnection) async throws -> Int {
        let rows = try await connection.query(Statement.readMigrations).rows
        guard rows.count <= migrations.count else {
            throw StorageError.schemaTooNew(found: rows.count, supported: migrations.count)
        }
        for (row, migration) in zip(rows, migrations) {
            guard try row.bytes("sha256") == Self.digest(migration) else {
                throw StorageError.migrationDiffers(number: migration.number, name: try row.string("name"))
            }
        }
        return rows.count
    }

    private static func digest(_ migration: Migration) -> [UInt8] { SHA256.digest(of: migration.sql.utf8).bytes }
}
