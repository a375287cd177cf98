/// How the texts of a job's answers begin.
struct Openings: Sendable {
    /// A shorter one could begin any text.
    private static let shortest = 16

    private var openings: Set<String> = []

    /// Adds how an answer begins.
    mutating func add(_ text: String) {
        let opening = Self.trimmed(text[...])
        if opening.utf8.count >= Self.shortest { openings.insert(String(opening)) }
    }

    /// Whether a text begins as one of the answers.
    func begin(_ text: String) -> Bool {
        let text = Self.trimmed(text[...])
        return openings.contains { text.hasPrefix($0) }
    }

    /// Frameworks take away the space around what a model says.
    private static func trimmed(_ text: Substring) -> Substring {
        let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? text.startIndex
        return text[..<end].drop(while: \.isWhitespace)
    }
}
