import Glibc

/// The private server of `chassis dev`: a cluster in the state directory, reachable through a Unix socket only.
struct PostgresCluster: Sendable {
    /// The superuser, who owns the database `chassis`.
    static let owner = "chassis"
    /// The user and the database of the example's data; no superuser, since agents write the queries.
    static let warehouse = "warehouse"

    private static let startPatience = Duration.seconds(60)
    private static let stopPatience = Duration.seconds(20)
    private static let look = Duration.milliseconds(20)
    /// Is in the data directory once users and databases are there.
    private static let provisionedMark = "chassis_provisioned"

    let programs: PostgresPrograms
    /// The data directory, without links.
    let directory: String
    let socketDirectory: String
    let process: GuardedProcess
    private let clock: ContinuousClock

    /// Makes the cluster if there is none, and starts it.
    ///
    /// - Parameter say: Is told what a person should know.
    static func start(
        _ launcher: Launcher,
        say: (String) -> Void
    ) async throws -> PostgresCluster {
        let account = try ServerAccount.needed()
        let place = try ClusterPlace(launcher.state, account, say: say)
        let installed = try await PostgresPrograms.installed(path: launcher.path) {
            try await launcher.run([$0, "--version"], log: "postgres-version").output
        }
        let programs = try PostgresPrograms.choose(
            from: installed,
            forClusterOf: try place.version,
            at: launcher.state.postgres
        )
        let maker = ClusterMaker(launcher: launcher, programs: programs, account: account)
        try await maker.makeIfMissing(place)
        try await LeftoverServer(directory: place.data, clock: launcher.clock).clear()
        let socket = try SocketDirectory.make(state: launcher.state.path, account: account)
        let cluster = PostgresCluster(
            programs: programs,
            directory: place.data,
            socketDirectory: socket,
            process: try launchServer(launcher, programs, place, socket, account),
            clock: launcher.clock
        )
        do {
            try await cluster.waitUntilReady(launcher)
            let mark = place.data + "/" + provisionedMark
            if !LocalFile.exists(mark) {
                try await maker.provision(socketDirectory: socket)
                try LocalFile.replace(mark, with: "users and databases are there\n")
            }
            return cluster
        } catch {
            await cluster.stop()
            throw error
        }
    }

    /// How to reach a database of the cluster.
    func url(user: String, database: String) -> String {
        let host = socketDirectory.utf8.map { byte -> String in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            if isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") {
                return String(Unicode.Scalar(byte))
            }
            return (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }
        return "postgresql://\(user)@/\(database)?host=\(host.joined())"
    }

    /// Stops the server: connections are cut, what was committed is on disk.
    func stop() async {
        if let postmaster = PostmasterFile(in: directory), process.ending == nil { kill(postmaster.pid, SIGINT) }
        if await process.ending(within: Self.stopPatience, clock: clock) == nil {
            process.askToStop()
            await process.waitForEnd()
        }
        SocketDirectory.remove(socketDirectory)
    }

    private static func launchServer(
        _ launcher: Launcher,
        _ programs: PostgresPrograms,
        _ place: ClusterPlace,
        _ socket: String,
        _ account: ServerAccount?
    ) throws(ClientError) -> GuardedProcess {
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(socket)", "unix_socket_permissions=0700", "port=5432",
            "fsync=on", "max_connections=100", "logging_collector=off", "log_destination=stderr",
        ]
        let command = [programs.path("postgres"), "-D", place.data] + settings.flatMap { ["-c", $0] }
        return try launcher.start(
            try account?.running(command, path: launcher.path) ?? command,
            name: "postgres",
            adding: ["LC_ALL": "C"],
            directory: "/",
            grace: .seconds(15)
        )
    }

    private func waitUntilReady(_ launcher: Launcher) async throws {
        let end = clock.now.advanced(by: Self.startPatience)
        while true {
            if let ending = process.ending {
                throw ClientError.dev(
                    what: "Postgres did not start (\(ending)): \(process.lastWords)",
                    wayOut: "see \(process.log)"
                )
            }
            if let file = PostmasterFile(in: directory), file.isReady { return }
            guard clock.now < end else {
                throw ClientError.dev(
                    what: "Postgres was not ready within \(Self.startPatience.components.seconds)s",
                    wayOut: "see \(process.log)"
                )
            }
            try await clock.sleep(for: Self.look)
        }
    }
}
