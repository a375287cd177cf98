/// Guesses why a file is not YAML; the parser notices most mistakes behind the place where they were made.
enum YAMLHints {
    /// Returns what to write instead.
    ///
    /// - Parameter problem: What the parser said.
    /// - Parameter lines: The numbers of the lines it said it of.
    static func hint(for problem: String, lines numbers: [Int], of text: String) -> String? {
        let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let lines = numbers.filter { all.indices.contains($0 - 1) }.map { all[$0 - 1] }
        if lines.contains(where: { $0.prefix(while: \.isWhitespace).contains("\t") }) {
            return "indent with spaces, not with tabs"
        }
        if problem.contains("scanning a tag") { return "put a text that begins with ! in quotes" }
        if lines.contains(where: { $0.drop(while: \.isWhitespace).hasPrefix("? ") }) {
            return "explicit keys (?) are not supported, write key: value"
        }
        let nearby = numbers.flatMap { [$0 - 1, $0] }.filter { all.indices.contains($0 - 1) }.map { all[$0 - 1] }
        if nearby.contains(where: holdsAnchor) { return "anchors (&) and aliases (*) are not supported" }
        if problem.contains("cannot start any token") || problem.contains("mapping values are not allowed") {
            return "put the value in quotes"
        }
        return nil
    }

    /// Whether a value of the line begins like an anchor or an alias.
    private static func holdsAnchor(_ line: Substring) -> Bool {
        let characters = Array(line)
        return characters.indices.dropLast().contains { index in
            guard characters[index] == "&" || characters[index] == "*", characters[index + 1].isLetter else {
                return false
            }
            return index == 0 || [" ", "[", "{", ","].contains(characters[index - 1])
        }
    }
}
