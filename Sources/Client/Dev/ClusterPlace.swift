import Glibc

/// Where the files of the private server are.
///
/// Usually `postgres` in the state directory. A server that runs as another user may not be able to enter that, as under
/// `/root`; then the files are in `/var/lib/chassis`, and `postgres` is a link.
struct ClusterPlace: Sendable {
    private static let outside = "/var/lib/chassis"

    /// The data directory, without links; it may be missing.
    let data: String
    /// The link to make once the data directory is there; nil when none is needed.
    let link: String?

    /// - Parameter say: Is told when the files lie outside the state directory.
    init(_ state: StateDirectory, _ account: ServerAccount?, say: (String) -> Void) throws(ClientError) {
        if let target = FileSystem.linkTarget(state.postgres) {
            guard let real = FileSystem.real(state.postgres) else {
                throw .dev(
                    what: "\(state.postgres) points to \(target), which is gone",
                    wayOut: "put it back, or remove the link to begin with a new cluster"
                )
            }
            data = real
            link = nil
        } else if let account, let obstacle = account.obstacle(onTheWayTo: state.postgres) {
            guard !LocalFile.exists(state.postgres) else {
                throw .dev(
                    what: "the server runs as user \(account.name), who may not enter \(obstacle)",
                    wayOut: "let others pass with 'chmod o+x \(obstacle)', or give --state DIR elsewhere"
                )
            }
            try FileSystem.makeDirectory(Self.outside)
            let directory = try FileSystem.makeTemporaryDirectory(Self.outside + "/dev-")
            guard chmod(directory, 0o711) == 0 else { throw LocalFile.fault(directory) }
            data = directory + "/postgres"
            link = state.postgres
            say("the server runs as user \(account.name), who may not enter \(obstacle): its files are in \(data)")
        } else {
            data = state.postgres
            link = nil
        }
    }

    /// The version that made the cluster; nil when there is none yet.
    var version: Int? {
        get throws(ClientError) {
            guard LocalFile.exists(data) else { return nil }
            let file = data + "/PG_VERSION"
            let text = try LocalFile.readText(file, maximumBytes: 64)
            guard let version = Int(text.prefix { $0.isNumber }) else {
                throw .file(path: file, reason: "holds no version; the directory is no Postgres cluster, move it away")
            }
            return version
        }
    }
}
