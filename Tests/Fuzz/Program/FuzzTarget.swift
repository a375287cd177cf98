/// A parser under test.
struct FuzzTarget: Sendable {
    /// The name on the command line, and of its folder in the corpus.
    let name: String
    /// Inputs to begin with.
    let seeds: @Sendable () -> [[UInt8]]
    /// Words of its language.
    let words: [String]
    /// Makes an input after the rules of its language; nil where mutation alone does.
    var generate: (@Sendable (inout SeededGenerator) -> [UInt8])?
    /// Reads an input, and ends the process when something that must hold does not.
    ///
    /// - Returns: A word for what became of it: inputs that make a new one are kept and mutated further.
    let read: @Sendable ([UInt8]) async throws -> String

    static let all: [FuzzTarget] =
        [
            .json, .workflow, .expression, .schema, .pattern, .journal, .events, .head, .frames, .results, .cron, .zone,
            .mcp,
            .openapi, .webhook,
        ] + answers
}

extension FuzzTarget {
    /// What an error says, without the values in it.
    static func outcome(_ text: String) -> String {
        String(text.prefix(200).unicodeScalars.filter { ("a"..."z").contains($0) || $0 == " " })
    }

    /// Ends the process when a condition does not hold.
    static func require(_ holds: Bool, _ what: @autoclosure () -> String) {
        guard !holds else { return }
        fatalError(what())
    }
}
