/// Cuts the results of a batch into lines, as they come.
package struct BatchLineReader: Sendable {
    /// The longest line that is read: 16 MiB.
    package static let maximumLineBytes = 16 << 20

    private var rest: [UInt8] = []
    /// Whether the line that comes in is too long, and left out.
    private var isSkipping = false

    package init() {}

    /// The lines that are whole by now, without those that hold nothing or are too long.
    package mutating func consume(_ chunk: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var from = chunk.startIndex
        while let end = chunk[from...].firstIndex(of: UInt8(ascii: "\n")) {
            add(chunk[from..<end])
            if let line = take() { lines.append(line) }
            from = end + 1
        }
        add(chunk[from...])
        return lines
    }

    /// The last line, where it has no end.
    package mutating func finish() -> [UInt8]? { take() }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        guard rest.count + bytes.count <= Self.maximumLineBytes else {
            rest = []
            isSkipping = true
            return
        }
        rest += bytes
    }

    private mutating func take() -> [UInt8]? {
        defer {
            rest = []
            isSkipping = false
        }
        return rest.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }
            ? nil : rest
    }
}
