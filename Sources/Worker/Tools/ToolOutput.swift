package import JobModel

/// What a tool hands to the model.
package struct ToolOutput: Sendable, Equatable {
    /// The most bytes of text that are kept of a result: 8 MiB.
    ///
    /// A model is shown less at once, and reads on.
    package static let limit = 8 << 20

    /// Text, or JSON as text; never longer than `limit` and the notice that something is cut.
    package let text: String

    /// Whether the tool did not do what was asked.
    package let isError: Bool

    /// An output whose text is cut to `limit` at the end of a character.
    package init(_ text: String, isError: Bool = false) {
        self.text = Self.cut(text)
        self.isError = isError
    }

    /// An output that is JSON.
    package init(_ value: JSONValue) { self.init(value.text()) }

    /// What went wrong, for the model to read and do better.
    package static func fault(_ text: String) -> ToolOutput { ToolOutput(text, isError: true) }

    private static func cut(_ text: String) -> String {
        let size = text.utf8.count
        guard size > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end.samePosition(in: text) == nil { end = text.utf8.index(before: end) }
        let head = text[..<end]
        return "\(head)\n[cut: the first \(head.utf8.count) of \(size) bytes; ask for less]"
    }
}
