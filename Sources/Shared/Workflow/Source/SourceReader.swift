internal import Yams

/// Reads the YAML of a file into nodes with places, within bounds that no input can stretch.
///
/// What is accepted is YAML without anchors, aliases, tags, merge keys and keys that are no strings. The depth that
/// reaches the composer is bounded by libyaml (1,000), what is kept by `maximumDepth`.
struct SourceReader {
    /// The largest file that is read, in bytes.
    static let maximumBytes = 1 << 20
    /// The deepest nesting of lists and mappings.
    static let maximumDepth = 64

    private let faults: FaultCollector
    private let mask: IndicatorMask

    /// Returns the root of the file, or nil when no more can be said about it than the faults do.
    ///
    /// - Parameter contents: What a file that is empty should hold; nil when a file may be empty.
    static func read(
        _ bytes: [UInt8],
        contents: String?,
        maximumBytes: Int = maximumBytes,
        faults: FaultCollector
    ) -> SourceNode? {
        guard let text = text(of: bytes, maximumBytes: maximumBytes, faults: faults) else { return nil }
        guard var mask = IndicatorMask(text) else {
            faults.add("the file holds nearly all private use characters of Unicode", at: .start)
            return nil
        }
        return RoomyThread.run {
            guard let root = compose(&mask, contents: contents, faults: faults) else { return nil }
            return SourceReader(faults: faults, mask: mask).node(root, depth: 1)
        }
    }

    // MARK: Text

    private static func text(of bytes: [UInt8], maximumBytes: Int, faults: FaultCollector) -> String? {
        guard bytes.count <= maximumBytes else {
            faults.add("the file has \(bytes.count) bytes, the most is \(maximumBytes)", at: .start)
            return nil
        }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let before = String(decoding: bytes[..<error.byteOffsets.lowerBound], as: UTF8.self)
            faults.add(
                "a byte that is not UTF-8: 0x\(String(bytes[error.byteOffsets.lowerBound], radix: 16))",
                at: SourcePlace(behind: before.unicodeScalars),
                hint: "save the file as UTF-8"
            )
            return nil
        }
        let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let text = String(decoding: bytes.dropFirst(isMarked ? 3 : 0), as: UTF8.self)
        guard let index = text.unicodeScalars.firstIndex(where: { !isAllowed($0) }) else { return text }
        faults.add(
            "the character U+\(hexadecimal(text.unicodeScalars[index])) is not allowed",
            at: SourcePlace(behind: text.unicodeScalars[..<index])
        )
        return nil
    }

    /// Whether YAML 1.1 calls a character printable.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
            true
        default: false
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    // MARK: Composing

    private static func compose(_ mask: inout IndicatorMask, contents: String?, faults: FaultCollector) -> Node? {
        while true {
            do {
                let root = try Parser(yaml: mask.text, resolver: .basic, encoding: .utf8).singleRoot()
                if root == nil, let contents {
                    faults.add("the file is empty", at: .start, hint: "it needs \(contents)")
                }
                return root
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                // The composer gives up here; renamed for it, both keys arrive and the second one is reported.
                let place = SourcePlace(context.mark)
                if mask.rename(keyAt: place) { continue }
                faults.add("the key \(quoted(mask.unmasked(keys.first ?? ""))) is repeated", at: place)
                return nil
            } catch {
                report(error, in: mask.unmasked(mask.text), faults: faults)
                return nil
            }
        }
    }

    private static func report(_ error: any Error, in text: String, faults: FaultCollector) {
        switch error {
        case YamlError.composer(_, _, let mark, _):
            faults.add("a second document begins here, a file has one", at: SourcePlace(mark))
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _):
            guard !problem.hasPrefix("Maximum nesting level") else {
                faults.add("nested deeper than \(maximumDepth)", at: SourcePlace(mark))
                return
            }
            let beginning = context.map { " (\($0.text), from \($0.mark.line):\($0.mark.column))" } ?? ""
            let lines = [mark.line, context?.mark.line].compactMap { $0 }
            faults.add(
                "not valid YAML: \(problem)\(beginning)",
                at: SourcePlace(mark),
                hint: YAMLHints.hint(for: problem + beginning, lines: lines, of: text)
            )
        default:
            faults.add("not valid YAML: \(error)", at: .start)
        }
    }

    // MARK: Nodes

    private func node(_ node: Node, depth: Int) -> SourceNode {
        let place = node.mark.map(SourcePlace.init) ?? .start
        return SourceNode(content: content(node, at: place, depth: depth), place: place)
    }

    private func content(_ node: Node, at place: SourcePlace, depth: Int) -> SourceNode.Content {
        guard depth <= Self.maximumDepth else {
            faults.add("nested deeper than \(Self.maximumDepth)", at: place)
            return .refused
        }
        guard node.isUntagged else {
            faults.add("tags are not supported", at: place, hint: "put a text that begins with ! in quotes")
            return .refused
        }
        switch node {
        case .scalar(let scalar): return content(scalar, at: place)
        case .sequence(let sequence): return .sequence(sequence.map { self.node($0, depth: depth + 1) })
        case .mapping(let mapping): return .mapping(entries(mapping, depth: depth))
        case .alias: return .refused
        }
    }

    private func content(_ scalar: Node.Scalar, at place: SourcePlace) -> SourceNode.Content {
        let text = mask.unmasked(scalar.string)
        guard scalar.style == .plain else { return .quoted(text) }
        switch text.unicodeScalars.first {
        case "&", "*":
            faults.addOnce(
                "anchors (&) and aliases (*) are not supported",
                at: place,
                hint: "write the value out, or put a text that begins like this in quotes"
            )
            return .refused
        case "?" where text.unicodeScalars.dropFirst().first.map { $0 == " " || $0 == "\t" } ?? true:
            faults.add("explicit keys (?) are not supported", at: place, hint: "write key: value")
            return .refused
        default: return .plain(text)
        }
    }

    private func entries(_ mapping: Node.Mapping, depth: Int) -> [SourceEntry] {
        var entries: [SourceEntry] = []
        var lines: [String: Int] = [:]
        for (key, value) in mapping {
            let place = key.mark.map(SourcePlace.init) ?? .start
            guard let text = self.key(key, at: place) else { continue }
            if let line = lines[text] {
                faults.add("the key \(quoted(text)) is repeated, it is already in line \(line)", at: place)
                continue
            }
            lines[text] = place.line
            entries.append(SourceEntry(key: text, keyPlace: place, value: node(value, depth: depth + 1)))
        }
        return entries
    }

    private func key(_ node: Node, at place: SourcePlace) -> String? {
        // The composer has looked for repeated keys and, for that, has given untagged ones the tag of a string.
        guard case .scalar(let scalar) = node,
            scalar.tag.isNamed(.implicit) || scalar.tag.isNamed(.str)
        else {
            faults.add("a key must be a text without a tag", at: place)
            return nil
        }
        switch content(scalar, at: place) {
        case .plain("<<"):
            faults.add("merge keys (<<) are not supported", at: place, hint: "write the keys out")
            return nil
        case .plain(let text), .quoted(let text): return text
        case .refused, .sequence, .mapping: return nil
        }
    }
}

extension Node {
    /// Whether nothing is said about the node's type; of a scalar in quotes, its style says that it is a string.
    fileprivate var isUntagged: Bool {
        switch self {
        case .scalar(let scalar):
            scalar.tag.isNamed(.implicit) || scalar.style != .plain && scalar.tag.isNamed(.str)
        case .sequence(let sequence): sequence.tag.isNamed(.implicit)
        case .mapping(let mapping): mapping.tag.isNamed(.implicit)
        case .alias: false
        }
    }
}

extension Tag {
    fileprivate func isNamed(_ name: Name) -> Bool { rawValue == name.rawValue }
}

extension SourcePlace {
    fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
