/// Which files or objects a source tells of, such as `orders-{partition}.csv`.
///
/// `*` stands for any letters but `/`, `**` for any at all, `?` for one that is no `/`, and `{partition}` for one or more that
/// are no `/`: what it stands for is the partition. Everything else stands for itself.
package struct ArrivalPattern: Equatable, Sendable, CustomStringConvertible {
    /// Why a text is no pattern.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        case length(Int)
        case severalPartitions
        case unknownName

        package var description: String {
            switch self {
            case .length(let bytes): "the pattern has \(bytes) bytes, it has 1 to \(ArrivalPattern.maximumBytes)"
            case .severalPartitions: "the pattern has {partition} more than once"
            case .unknownName: "in braces stands {partition} alone"
            }
        }
    }

    private enum Part: Equatable, Sendable {
        case byte(UInt8)
        case one, star, deepStar, partition
    }

    /// The longest pattern, in UTF-8 bytes.
    package static let maximumBytes = 500
    /// The longest path that is looked at, in UTF-8 bytes.
    package static let maximumPathBytes = 1024
    private static let name = Array("{partition}".utf8)

    package let description: String
    private let parts: [Part]

    package init(_ text: String) throws(Fault) {
        let bytes = Array(text.utf8)
        guard (1...Self.maximumBytes).contains(bytes.count) else { throw .length(bytes.count) }
        var parts: [Part] = []
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "*"):
                let isDeep = at + 1 < bytes.count && bytes[at + 1] == bytes[at]
                parts.append(isDeep ? .deepStar : .star)
                at += isDeep ? 1 : 0
            case UInt8(ascii: "?"): parts.append(.one)
            case UInt8(ascii: "{"):
                guard bytes[at...].starts(with: Self.name) else { throw .unknownName }
                guard !parts.contains(.partition) else { throw .severalPartitions }
                parts.append(.partition)
                at += Self.name.count - 1
            case UInt8(ascii: "}"): throw .unknownName
            default: parts.append(.byte(bytes[at]))
            }
            at += 1
        }
        self.parts = parts
        description = text
    }

    /// Whether paths with directories in them can match.
    package var isDeep: Bool { parts.contains { $0 == .deepStar || $0 == .byte(UInt8(ascii: "/")) } }

    /// How a path matches: the text of the partition, empty without one.
    ///
    /// - Returns: Nil when it does not.
    package func match(_ path: String) -> String? {
        let bytes = Array(path.utf8)
        guard bytes.count <= Self.maximumPathBytes else { return nil }
        var matcher = Matcher(parts: parts, bytes: bytes)
        guard matcher.matches(0, 0) else { return nil }
        return String(decoding: matcher.partition, as: UTF8.self)
    }

    /// Tries each pair of places once, so that no pattern takes long.
    private struct Matcher {
        let parts: [Part]
        let bytes: [UInt8]
        var partition: ArraySlice<UInt8> = []
        private var failed: Set<Int> = []

        init(parts: [Part], bytes: [UInt8]) {
            self.parts = parts
            self.bytes = bytes
        }

        mutating func matches(_ part: Int, _ at: Int) -> Bool {
            guard part < parts.count else { return at == bytes.count }
            let place = part * (bytes.count + 1) + at
            guard !failed.contains(place) else { return false }
            let isMatch: Bool
            switch parts[part] {
            case .byte(let byte): isMatch = at < bytes.count && bytes[at] == byte && matches(part + 1, at + 1)
            case .one: isMatch = isLetter(at) && matches(part + 1, at + 1)
            case .star: isMatch = matches(part + 1, at) || isLetter(at) && matches(part, at + 1)
            case .deepStar: isMatch = matches(part + 1, at) || at < bytes.count && matches(part, at + 1)
            case .partition: isMatch = matchesPartition(part, at)
            }
            if !isMatch { failed.insert(place) }
            return isMatch
        }

        private mutating func matchesPartition(_ part: Int, _ start: Int) -> Bool {
            var end = start
            while isLetter(end) {
                end += 1
                if matches(part + 1, end) {
                    partition = bytes[start..<end]
                    return true
                }
            }
            return false
        }

        private func isLetter(_ at: Int) -> Bool { at < bytes.count && bytes[at] != UInt8(ascii: "/") }
    }
}
