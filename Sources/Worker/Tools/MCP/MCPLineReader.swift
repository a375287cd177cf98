/// Cuts what a server writes into lines, and drops the rest of one that is too long.
package struct MCPLineReader {
    /// What came in.
    package enum Line: Equatable {
        case whole([UInt8])
        /// Longer than is taken: its beginning, told as soon as the limit is passed.
        case tooLong(beginning: [UInt8])
    }

    /// How much of a line that is too long is kept, to find out whose answer it is.
    static let keptBeginning = 256

    private let maximumBytes: Int
    private var begun: [UInt8] = []
    private var isDropping = false

    /// A reader of lines up to a length.
    package init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Takes the next bytes and returns the lines that they complete.
    package mutating func take(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(piece: rest[..<end], &lines)
            if !isDropping { lines.append(.whole(begun)) }
            // A buffer that were kept would be copied for each line, however short.
            begun = []
            isDropping = false
            rest = rest[(end + 1)...]
        }
        take(piece: rest, &lines)
        return lines
    }

    private mutating func take(piece: ArraySlice<UInt8>, _ lines: inout [Line]) {
        guard !isDropping else { return }
        guard begun.count + piece.count > maximumBytes else {
            begun.append(contentsOf: piece)
            return
        }
        let missing = max(0, Self.keptBeginning - begun.count)
        lines.append(.tooLong(beginning: Array(begun.prefix(Self.keptBeginning)) + piece.prefix(missing)))
        begun = []
        isDropping = true
    }
}
