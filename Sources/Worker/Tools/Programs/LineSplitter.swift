/// Cuts a stream of bytes into lines at each line feed; a carriage return before it goes too.
struct LineSplitter {
    /// A longer line is handed on in pieces of this many bytes.
    static let longestLine = 16 << 10

    private var begun: [UInt8] = []

    /// Takes the next bytes and hands every line that they complete to `line`.
    mutating func take(_ bytes: [UInt8], line: (String) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if begun.last == UInt8(ascii: "\r") { begun.removeLast() }
                handOver(line)
            } else {
                if begun.count == Self.longestLine { handOver(line) }
                begun.append(byte)
            }
        }
    }

    /// Hands on what stands behind the last line feed, if anything does.
    mutating func finish(line: (String) -> Void) {
        if !begun.isEmpty { handOver(line) }
    }

    private mutating func handOver(_ line: (String) -> Void) {
        line(String(decoding: begun, as: UTF8.self))
        begun.removeAll(keepingCapacity: true)
    }
}
