import Glibc
import JobModel
import Synchronization
import Threads

/// Lines of JSON between a worker and its gateway, over a pair of connected sockets.
///
/// It carries keys: nobody else has an end of it.
final class ControlChannel: Sendable {
    /// The longest line, in bytes.
    private static let longestLine = 8 << 20

    private let descriptor: Int32
    private let threads: FileThreads
    /// What was read behind the last line.
    private let rest = Mutex<[UInt8]>([])
    /// What is to be said ahead of the next line.
    private let unsaid = Mutex<[UInt8]>([])

    /// - Parameter descriptor: A connected socket, which the channel then owns.
    init(descriptor: Int32) throws {
        self.descriptor = descriptor
        threads = try FileThreads(count: 1)
    }

    deinit { close(descriptor) }

    /// Sends a line.
    ///
    /// - Returns: Whether it went out; the other side may be gone.
    func send(_ json: JSONValue) -> Bool {
        // Whoever else sends waits: no line comes into another one.
        unsaid.withLock { unsaid in
            defer { unsaid = [] }
            return send(unsaid + Self.line(json))
        }
    }

    /// Sends a line without keeping the caller's thread, however full the other side's buffer is.
    func sendAside(_ json: JSONValue) async throws -> Bool { try await threads.run { [self] in send(json) } }

    /// Has the other side count as gone when it takes nothing, or says nothing, for so long.
    func bound(to longest: Duration) {
        let (seconds, attoseconds) = longest.components
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let status = setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
            precondition(status == 0, "the times of a socket cannot be bounded")
        }
    }

    /// Sends a line that nobody has asked for: now when there is room for it, else ahead of the next one.
    func tell(_ json: JSONValue) {
        unsaid.withLock { unsaid in
            unsaid += Self.line(json)
            let count = unsaid.withUnsafeBytes {
                Glibc.send(
                    descriptor,
                    $0.baseAddress,
                    $0.count,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                )
            }
            if count > 0 { unsaid.removeFirst(count) }
        }
    }

    private static func line(_ json: JSONValue) -> [UInt8] { json.encoded() + [UInt8(ascii: "\n")] }

    private func send(_ line: [UInt8]) -> Bool {
        var sent = 0
        while sent < line.count {
            let count = line.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, line.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The next line; nil when the other side is gone, or has said nothing for as long as it may.
    func next() async throws -> JSONValue? {
        try await threads.run { [self] in
            var line = rest.withLock { $0 }
            while true {
                if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
                    rest.withLock { $0 = Array(line[(end + 1)...]) }
                    return try JSONValue(parsing: Array(line[..<end]), deepest: JSONValue.maximumKeptDepth)
                }
                var chunk = [UInt8](repeating: 0, count: 1 << 16)
                let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0, line.count < Self.longestLine else { return nil }
                line += chunk[..<count]
            }
        }
    }

    /// Tells the other side that nothing more will come; what it says may still be read.
    func finish() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends it for both sides; whoever waits for a line gets none.
    func hangUp() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
}
