import Glibc

/// Makes the cluster, its users and its databases, with the programs that come with Postgres.
struct ClusterMaker: Sendable {
    let launcher: Launcher
    let programs: PostgresPrograms
    let account: ServerAccount?

    /// Makes the cluster beside its place and moves it there when it is whole, so that a half-made one is never found.
    func makeIfMissing(_ place: ClusterPlace) async throws {
        guard !LocalFile.exists(place.data) else { return }
        let draft = place.data + ".new"
        if LocalFile.exists(draft) { try await check(["rm", "-rf", "--", draft], "rm") }
        guard mkdir(draft, 0o700) == 0 else { throw LocalFile.fault(draft) }
        if let account, chown(draft, account.user, account.group) != 0 { throw LocalFile.fault(draft) }
        let options = [
            "-U", PostgresCluster.owner, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C",
        ]
        try await check([programs.path("initdb"), "-D", draft] + options, "initdb", asServer: true)
        guard rename(draft, place.data) == 0 else { throw LocalFile.fault(place.data) }
        if let link = place.link, symlink(place.data, link) != 0 { throw LocalFile.fault(link) }
    }

    /// Makes the databases, and the user of the example's data, as far as they are missing.
    func provision(socketDirectory: String) async throws {
        let server = ["-h", socketDirectory, "-p", "5432", "-U", PostgresCluster.owner]
        let warehouse = PostgresCluster.warehouse
        try await make([programs.path("createuser")] + server + ["--no-superuser", warehouse], "createuser")
        try await make([programs.path("createdb")] + server + [PostgresCluster.owner], "createdb")
        try await make([programs.path("createdb")] + server + ["-O", warehouse, warehouse], "createdb")
    }

    private func make(_ command: [String], _ name: String) async throws {
        let (ending, output) = try await launcher.run(
            try asServer(command),
            log: name,
            adding: ["LC_ALL": "C"],
            directory: "/"
        )
        guard ending == .exited(0) || output.contains("already exists") else { throw failure(name, ending) }
    }

    private func check(_ command: [String], _ name: String, asServer isAsServer: Bool = false) async throws {
        let command = isAsServer ? try asServer(command) : command
        let ending = try await launcher.run(command, log: name, adding: ["LC_ALL": "C"], directory: "/").ending
        guard ending == .exited(0) else { throw failure(name, ending) }
    }

    private func asServer(_ command: [String]) throws(ClientError) -> [String] {
        try account?.running(command, path: launcher.path) ?? command
    }

    private func failure(_ name: String, _ ending: ProcessEnding) -> ClientError {
        let log = launcher.state.log(name)
        return .dev(what: "\(name) ended with \(ending): \(LogTail.lastLine(of: log))", wayOut: "see \(log)")
    }
}
