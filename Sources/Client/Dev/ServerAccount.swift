import Glibc

/// The unprivileged user that Postgres runs as when `chassis dev` is started as root.
struct ServerAccount: Equatable, Sendable {
    let name: String
    let user: uid_t
    let group: gid_t

    /// The user `postgres`, else `nobody`; nil when this process is not root and needs no other.
    ///
    /// - Throws: `.dev` when there is neither.
    static func needed() throws(ClientError) -> ServerAccount? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) {
                return ServerAccount(name: name, user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
            }
        }
        throw .dev(
            what: "Postgres does not run as root, and there is neither a user postgres nor nobody",
            wayOut: "start 'chassis dev' as another user, or give --postgres URL"
        )
    }

    /// The command as this user runs it; it dies with the process that started it.
    ///
    /// - Parameter path: The variable `PATH`.
    func running(_ command: [String], path: String) throws(ClientError) -> [String] {
        if Self.isInstalled("setpriv", path) {
            let options = ["--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--pdeathsig=KILL", "--"]
            return ["setpriv"] + options + command
        }
        if Self.isInstalled("runuser", path) { return ["runuser", "-u", name, "--"] + command }
        throw .dev(
            what: "Postgres does not run as root, and neither setpriv nor runuser is there to change the user",
            wayOut: "install util-linux, start 'chassis dev' as another user, or give --postgres URL"
        )
    }

    /// The first directory on the way to `path` that this user may not enter; nil when the way is free.
    func obstacle(onTheWayTo path: String) -> String? {
        var directory = ""
        for part in [""] + path.split(separator: "/").dropLast().map(String.init) {
            if !part.isEmpty { directory += "/" + part }
            let place = directory.isEmpty ? "/" : directory
            guard let status = FileSystem.status(place) else { return place }
            let bit: mode_t = status.st_uid == user ? 0o100 : status.st_gid == group ? 0o010 : 0o001
            if status.st_mode & bit == 0 { return place }
        }
        return nil
    }

    private static func isInstalled(_ program: String, _ path: String) -> Bool {
        path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }
}
