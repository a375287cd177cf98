import Glibc

/// The programs of one installed version of Postgres.
struct PostgresPrograms: Equatable, Sendable {
    /// The oldest version that is used, as Storage has it.
    static let oldest = 14

    /// The directory with `initdb`, `postgres`, `createdb` and `createuser`.
    let directory: String
    let major: Int

    func path(_ program: String) -> String { directory + "/" + program }

    /// Picks the version for a cluster.
    ///
    /// - Parameters:
    ///   - cluster: The version that made it; nil for a cluster to be made.
    ///   - place: The cluster's directory, for messages.
    /// - Throws: `.dev` that says what to install.
    static func choose(
        from installed: [PostgresPrograms],
        forClusterOf cluster: Int?,
        at place: String
    ) throws(ClientError) -> PostgresPrograms {
        let versions = installed.map { String($0.major) }.joined(separator: ", ")
        if let cluster {
            if let match = installed.first(where: { $0.major == cluster }) { return match }
            throw .dev(
                what: "the cluster in \(place) was made by PostgreSQL \(cluster), installed is "
                    + (versions.isEmpty ? "none" : versions),
                wayOut: "install postgresql-\(cluster), or begin anew with another --state DIR"
            )
        }
        if let newest = installed.filter({ $0.major >= oldest }).max(by: { $0.major < $1.major }) { return newest }
        throw .dev(
            what: installed.isEmpty
                ? "no PostgreSQL server is installed" : "PostgreSQL \(versions) is older than \(oldest)",
            wayOut: "install it (on Debian: apt install postgresql), or give --postgres URL"
        )
    }

    /// Every installed version that can be found.
    ///
    /// - Parameters:
    ///   - path: The variable `PATH`.
    ///   - version: Asks a `postgres` what it is, such as `postgres (PostgreSQL) 15.14 (Debian 15.14-0)`.
    static func installed(path: String, version: (String) async throws -> String) async throws -> [PostgresPrograms] {
        var directories = FileSystem.names(in: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
        directories += FileSystem.names(in: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
        directories += ["/usr/local/pgsql/bin"] + path.split(separator: ":").map(String.init)
        var found: [PostgresPrograms] = []
        for directory in directories {
            let programs = ["postgres", "initdb", "createdb", "createuser"]
            guard programs.allSatisfy({ access("\(directory)/\($0)", X_OK) == 0 }),
                !found.contains(where: { $0.directory == directory }),
                let major = major(in: try await version(directory + "/postgres"))
            else { continue }
            found.append(PostgresPrograms(directory: directory, major: major))
        }
        return found
    }

    /// The major version in what `postgres --version` prints.
    static func major(in text: String) -> Int? {
        let words = text.split { $0 == " " || $0 == "\n" }
        guard let mark = words.firstIndex(of: "(PostgreSQL)"), words.indices.contains(mark + 1) else { return nil }
        return Int(words[mark + 1].prefix { $0.isNumber })
    }
}
