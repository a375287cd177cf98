import Dispatch
import Glibc

/// The lines of standard input; waiting for them blocks a queue of its own and nothing else.
enum InputLines {
    /// The longest line, in bytes: 32 MiB.
    private static let longest = 32 << 20

    /// The lines without their ends; `ClientError` for one that is too long.
    static func stream() -> AsyncThrowingStream<[UInt8], any Error> {
        AsyncThrowingStream { continuation in
            DispatchQueue(label: "chassis.input").async {
                var rest: [UInt8] = []
                while let chunk = chunk() {
                    rest += chunk
                    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                        continuation.yield(Array(rest[..<end]))
                        rest.removeSubrange(...end)
                    }
                    guard rest.count <= longest else {
                        let error = ClientError.unsuccessful("a line of the input has more than \(longest) bytes")
                        return continuation.finish(throwing: error)
                    }
                }
                if !rest.isEmpty { continuation.yield(rest) }
                continuation.finish()
            }
        }
    }

    /// What can be read next; nil at the end.
    private static func chunk() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            return count > 0 ? Array(chunk[..<count]) : nil
        }
    }
}
