package import Postgres
import Storage
import Synchronization

/// Databases for tests, on one cluster a test process, each cloned from a migrated template.
package actor TestDatabase {
    /// The one source of databases.
    package static let shared = TestDatabase()

    private var cluster: PostgresCluster?
    private var waiters: [CheckedContinuation<PostgresCluster, Never>] = []
    private var isStarting = false
    private static let number = Atomic<Int>(0)

    /// A fresh database with the newest schema, as a connection string.
    package static func migrated() async throws -> String {
        let cluster = await shared.started()
        return try await cluster.makeDatabase(name(), template: "chassis_template")
    }

    /// A fresh database without anything in it.
    package static func empty() async throws -> String {
        try await shared.started().makeDatabase(name())
    }

    /// A pool of connections to a fresh database with the newest schema.
    package static func pool(size: Int = 4) async throws -> PostgresPool {
        PostgresPool(
            PostgresConnection.Options(conninfo: try await migrated(), applicationName: "test"),
            size: size
        )
    }

    private static func name() -> String {
        "test_\(number.wrappingAdd(1, ordering: .relaxed).newValue)"
    }

    private func started() async -> PostgresCluster {
        if let cluster { return cluster }
        if isStarting { return await withCheckedContinuation { waiters.append($0) } }
        isStarting = true
        let made = await PostgresCluster.make()
        await made.start()
        await Self.migrateTemplate(of: made)
        cluster = made
        for waiter in waiters { waiter.resume(returning: made) }
        waiters = []
        return made
    }

    private static func migrateTemplate(of cluster: PostgresCluster) async {
        do {
            _ = try await cluster.makeMigratedDatabase("chassis_template")
        } catch {
            preconditionFailure("the template cannot be migrated: \(String(reflecting: error))")
        }
    }
}
