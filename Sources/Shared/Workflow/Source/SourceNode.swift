internal import JobModel

/// A value of the file, with its place.
package struct SourceNode: Sendable {
    package enum Content: Sendable {
        /// A plain scalar, as it is written; what it means follows from its text.
        case plain(String)
        /// A scalar in quotes, or a block of text.
        case quoted(String)
        case sequence([SourceNode])
        case mapping([SourceEntry])
        /// Something that is not supported and was reported already.
        case refused
    }

    package let content: Content
    package let place: SourcePlace
}

/// A key of a mapping and its value.
package struct SourceEntry: Sendable {
    package let key: String
    package let keyPlace: SourcePlace
    package let value: SourceNode
}

extension SourceNode {
    /// The text of a scalar, whatever it means.
    package var scalarText: String? {
        switch content {
        case .plain(let text), .quoted(let text): text
        case .sequence, .mapping, .refused: nil
        }
    }

    /// What the node means as JSON.
    ///
    /// A plain scalar means what JSON would read: `true`, `false`, `null` and numbers; nothing and `~` are null, and
    /// every other plain scalar is a string, so `no`, `on`, `0x1F` and `007` are strings.
    var json: JSONValue {
        switch content {
        case .plain(let text): Self.meaning(ofPlain: text)
        case .quoted(let text): .string(text)
        case .sequence(let nodes): .array(nodes.map(\.json))
        case .mapping(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.json) }))
        case .refused: .null
        }
    }

    private static func meaning(ofPlain text: String) -> JSONValue {
        guard let first = text.utf8.first, text != "~" else { return .null }
        switch first {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "t"), UInt8(ascii: "f"),
            UInt8(ascii: "n"):
            // What is not JSON is a string.
            return (try? JSONValue(parsing: text)) ?? .string(text)
        default: return .string(text)
        }
    }

    /// What the node is, for messages: `the string "no"`, `a list`.
    var summary: String {
        switch (content, json) {
        case (.sequence, _): "a list"
        case (.mapping, _): "a mapping"
        case (_, .null): "nothing"
        case (_, .string(let text)): "the string \(quoted(text))"
        case (_, let value): "the \(value.typeName) \(value.text())"
        }
    }
}
