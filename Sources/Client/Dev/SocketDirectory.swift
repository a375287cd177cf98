import Digests
import Glibc

/// The directory of the server's Unix socket: short enough, and open to its owner only.
enum SocketDirectory {
    /// The longest path of a socket that Linux takes.
    static let longestPath = 107
    private static let socketName = "/.s.PGSQL.5432"

    /// Makes the directory: inside the state directory where the path is short enough and the server's user may enter
    /// it, else in `/tmp`.
    static func make(state: String, account: ServerAccount?) throws(ClientError) -> String {
        let inside = state + "/run"
        if (inside + socketName).utf8.count <= longestPath, account?.obstacle(onTheWayTo: inside) == nil {
            try prepare(inside, account)
            return inside
        }
        // The same name for the same state directory, so that a start after kill -9 leaves nothing behind.
        let digest = SHA256.digest(of: "\(account?.user ?? geteuid()) \(state)".utf8)
        let outside = "/tmp/chassis-" + digest.hex.prefix(16)
        do {
            try prepare(outside, account)
            return outside
        } catch {
            let fresh = try FileSystem.makeTemporaryDirectory("/tmp/chassis-")
            try prepare(fresh, account)
            return fresh
        }
    }

    /// Takes away a directory that lies outside the state directory.
    static func remove(_ directory: String) {
        if directory.hasPrefix("/tmp/chassis-") { rmdir(directory) }
    }

    private static func prepare(_ path: String, _ account: ServerAccount?) throws(ClientError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw LocalFile.fault(path) }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .file(path: path, reason: "is in the way: it is no directory")
        }
        let owner = account?.user ?? geteuid()
        guard status.st_uid == owner || status.st_uid == geteuid() else {
            throw .file(path: path, reason: "belongs to another user")
        }
        if let account, chown(path, account.user, account.group) != 0 { throw LocalFile.fault(path) }
        guard chmod(path, 0o700) == 0 else { throw LocalFile.fault(path) }
    }
}
