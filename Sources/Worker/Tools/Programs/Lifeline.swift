import Glibc

/// The line a guard hangs on: a pair of connected sockets, the far one the guard's standard input.
///
/// When the near end is cut, or closed because this process died, the guard ends the program's processes. What the
/// guard has to say about the start comes back on it.
final class Lifeline: Sendable {
    private let near: Int32

    /// The guard's end; whoever starts the guard closes it here.
    let far: Int32

    init() throws(ToolsError) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw .noSystemResource(what: "socketpair", errno: errno)
        }
        near = ends[0]
        far = ends[1]
    }

    deinit { close(near) }

    /// Tells the guard to end the program; once is enough, more does no harm.
    func cut() {
        // Fails only when the guard is gone, and then there is nothing to tell.
        _ = shutdown(near, Int32(SHUT_WR))
    }

    /// What the guard said, without its last line feed; does not wait, so it is asked when the guard has ended.
    func report() -> String? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = recv(near, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
