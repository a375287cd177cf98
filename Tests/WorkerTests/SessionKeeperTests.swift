import Glibc
import JobModel
import Logging
import Postgres
import Storage
import TestSupport
import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(3))) struct SessionKeeperTests {
    /// The server is gone, and what is in its place says nothing, for longer than the lease lasts.
    @Test func losesTheLeaseAlsoWhileItConnectsAgain() async throws {
        let conninfo = try await TestDatabase.migrated()
        let pool = PostgresPool(.init(conninfo: conninfo, applicationName: "test"), size: 1)
        let host = conninfo.split(separator: "host=").last.map { $0.prefix { $0 != " " } } ?? ""
        // The way to the server, until another one leads there.
        let silent = try SilentServer()
        let door = silent.directory + "/door"
        #expect(mkdir(door, 0o700) == 0)
        #expect(symlink("\(host)/.s.PGSQL.5432", door + "/.s.PGSQL.5432") == 0)
        var options = PostgresConnection.Options(
            conninfo: conninfo.replacing("host=\(host)", with: "host=\(door)"),
            applicationName: "test"
        )
        options.connectTimeout = .seconds(3600)
        let (keeper, connection) = try await SessionKeeper.begin(
            .init(worker: "w", host: "h", pid: 1, version: "t", queues: ["default"], slots: 1),
            lease: .seconds(5),
            options: options,
            healthFile: nil,
            logger: Logger(label: "test"),
            wake: { _ in }
        )
        #expect(unlink(door + "/.s.PGSQL.5432") == 0)
        #expect(symlink(silent.socketPath, door + "/.s.PGSQL.5432") == 0)
        _ = try await pool.query("SELECT pg_terminate_backend($1::int)", [.integer(connection.backendProcessID)])

        #expect(try await keeper.run(on: connection) == .lost)
        #expect(!keeper.lease.isHeld && silent.hasClient)
        unlink(door + "/.s.PGSQL.5432")
        rmdir(door)
        silent.close()
        await pool.close()
    }
}
