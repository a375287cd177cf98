import Glibc

/// A server at a Unix socket, as Postgres has one, to which one can connect, and which says nothing.
package final class SilentServer: Sendable {
    /// The directory of the socket.
    package let directory: String
    private let listener: Int32

    package init() throws {
        directory = TestFiles.makeDirectory("silent")
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(bound == 0 && listen(listener, 8) == 0, "nothing can listen at \(socketPath)")
    }

    /// The path of the socket.
    package var socketPath: String { directory + "/.s.PGSQL.5432" }

    /// How a client of Postgres finds it.
    package var conninfo: String { "host=\(directory) port=5432 dbname=postgres" }

    /// Waits until somebody has connected; the connection stays as it is.
    package func waitForClient() async {
        let listener = listener
        await TestThread.run {
            var wait = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            while poll(&wait, 1, -1) < 0, errno == EINTR {}
        }
    }

    /// Whether somebody has connected.
    package var hasClient: Bool {
        var wait = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, 0) == 1
    }

    /// Hangs up on all clients, and removes the socket.
    package func close() {
        Glibc.close(listener)
        unlink(socketPath)
        rmdir(directory)
    }
}
