import Glibc
import Postgres
import Storage

/// A private Postgres server for tests: on a socket in a directory of its own, as an unprivileged user.
package actor PostgresCluster {
    /// The directory of the cluster and of its socket.
    package nonisolated let directory: String
    /// The address it listens on besides the socket, if any.
    package nonisolated let address: String?
    /// Its port, on its own address and in the name of its socket.
    private static let port = 5432
    private let settings: [String]
    private var server: ChildProcess?

    /// Makes a cluster; it is not started yet.
    ///
    /// - Parameter isDurable: Whether it waits for the disk; without that it is faster, and does for most tests.
    /// - Parameter address: An address to listen on besides the socket, open to its network of four addresses.
    package static func make(isDurable: Bool = false, address: String? = nil) async -> PostgresCluster {
        let directory = makeDirectory()
        let made = ChildProcess(
            asServerUser([binary("initdb"), "-D", directory + "/data", "-U", "chassis", "-A", "trust", "--no-sync"]),
            directory: directory
        )
        let ending = await made.ended()
        precondition(ending == .exited(0), "initdb failed: \(made.output)")
        if let address {
            let access = open(directory + "/data/pg_hba.conf", O_WRONLY | O_APPEND)
            let line = Array("host all all \(address)/30 trust\n".utf8)
            precondition(line.withUnsafeBytes { write(access, $0.baseAddress, $0.count) } == line.count)
            close(access)
        }
        return PostgresCluster(directory: directory, isDurable: isDurable, address: address)
    }

    /// Makes a cluster that follows a running one and has each commit before it is acknowledged; starts it.
    package static func make(following primary: PostgresCluster) async throws -> PostgresCluster {
        let directory = makeDirectory()
        let copied = ChildProcess(
            asServerUser([
                binary("pg_basebackup"), "-D", directory + "/data", "-d", primary.conninfo(), "-c", "fast", "-R",
                "--no-sync",
            ]),
            directory: directory
        )
        let ending = await copied.ended()
        precondition(ending == .exited(0), "pg_basebackup failed: \(copied.output)")
        let standby = PostgresCluster(directory: directory, isDurable: true, address: nil)
        await standby.start()
        let connection = try await PostgresConnection.connect(
            .init(conninfo: primary.conninfo(), applicationName: "test")
        )
        try await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try await connection.execute("SELECT pg_reload_conf()")
        while try await connection.query("SELECT FROM pg_stat_replication WHERE sync_state = 'sync'").rows.isEmpty {
            try await connection.execute("SELECT pg_sleep(0.01)")
        }
        await connection.close()
        return standby
    }

    /// Has a standby take the place of its primary, which must be gone; returns when it takes writes.
    package func promote() async throws {
        let connection = try await PostgresConnection.connect(.init(conninfo: conninfo(), applicationName: "test"))
        try await connection.execute("SELECT pg_promote()")
        await connection.close()
    }

    private static func makeDirectory() -> String {
        let directory = TestFiles.makeDirectory("pg")
        Lifeline.shared.remove(directory)
        chmod(directory, 0o755)
        if let user = serverUser { precondition(chown(directory, user.id, user.group) == 0, "chown failed") }
        return directory
    }

    private init(directory: String, isDurable: Bool, address: String?) {
        self.directory = directory
        self.address = address
        settings = [
            "listen_addresses=\(address ?? "")", "port=\(Self.port)", "unix_socket_directories=\(directory)",
            "max_connections=500",
            "fsync=\(isDurable ? "on" : "off")", "logging_collector=off",
        ]
    }

    /// How to reach a database of the cluster by its address.
    ///
    /// - Precondition: It has one.
    package nonisolated func remoteConninfo(of conninfo: String) -> String {
        guard let address else { preconditionFailure("the server listens on its socket alone") }
        return conninfo.replacing("host=\(directory)", with: "host=\(address)")
    }

    /// Makes a database with the newest schema.
    package nonisolated func makeMigratedDatabase(_ name: String) async throws -> String {
        let conninfo = try await makeDatabase(name)
        let connection = try await PostgresConnection.connect(
            PostgresConnection.Options(conninfo: conninfo, applicationName: "test")
        )
        _ = try await Migrator().migrate(connection)
        await connection.close()
        return conninfo
    }

    /// Starts the server, and waits until it answers.
    package func start() async {
        let postgres = ([Self.binary("postgres"), "-D", directory + "/data"] + settings.flatMap { ["-c", $0] })
        let server = ChildProcess(
            Self.asServerUser(postgres),
            adding: ["LC_ALL": "C"],
            directory: directory
        )
        self.server = server
        let greeting = await server.line { $0.contains("ready to accept ") }
        if greeting == nil, server.output.contains("pre-existing shared memory block") {
            // Processes of a server that was killed have not noticed yet.
            return await start()
        }
        precondition(greeting != nil, "the server did not start: \(server.output)")
    }

    /// Stops the server; by default fast, waiting for it.
    ///
    /// - Parameter signal: SIGINT for a fast stop, SIGQUIT for an immediate one, SIGKILL for a crash.
    package func stop(_ signal: Int32 = SIGINT) async {
        guard let server else { return }
        server.signal(signal)
        _ = await server.ended()
        self.server = nil
    }

    /// The process of the postmaster.
    package var pid: Int32? { server?.pid }

    /// How to reach a database of the cluster.
    package nonisolated func conninfo(_ database: String = "postgres") -> String {
        // Many suites at once on few cores: connecting may take longer than it would anywhere else.
        "connect_timeout=60 host=\(directory) user=chassis dbname=\(database)"
    }

    /// Makes a database, by default an empty one.
    package nonisolated func makeDatabase(_ name: String, template: String = "template0") async throws -> String {
        let connection = try await PostgresConnection.connect(
            PostgresConnection.Options(conninfo: conninfo(), applicationName: "test")
        )
        try await connection.execute("CREATE DATABASE \"\(name)\" TEMPLATE \"\(template)\"")
        await connection.close()
        return conninfo(name)
    }

    /// The user the server runs as, when the tests run as root.
    private static var serverUser: (id: uid_t, group: gid_t)? {
        guard geteuid() == 0, let entry = getpwnam("postgres") ?? getpwnam("nobody") else { return nil }
        return (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    private static func asServerUser(_ command: [String]) -> [String] {
        guard let user = serverUser else { return command }
        return ["setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", "--"] + command
    }

    /// The path of one of the server's programs: the newest version that is installed.
    package static func binary(_ name: String) -> String {
        let parent = "/usr/lib/postgresql"
        var versions: [Int] = []
        if let entries = opendir(parent) {
            while let entry = readdir(entries) {
                let text = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if let version = Int(text), access("\(parent)/\(text)/bin/\(name)", X_OK) == 0 {
                    versions.append(version)
                }
            }
            closedir(entries)
        }
        return versions.max().map { "\(parent)/\($0)/bin/\(name)" } ?? name
    }
}
