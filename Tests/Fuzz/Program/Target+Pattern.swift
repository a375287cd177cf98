import Workflow

extension FuzzTarget {
    /// The patterns of JSON Schema: a line with the pattern, and the text that it is matched with.
    static let pattern = FuzzTarget(
        name: "pattern",
        seeds: {
            ["^[a-z]+(_\\d{1,3})*$\nabc_12", "(a|ab)*c\nabababc", "\\bx\\B|[^\\s]{2,}?\nx y", "(((a?)*)*)*\naaaa"].map {
                Array($0.utf8)
            } + EarlierFinding.pattern
        },
        words: [
            "(", ")", "(?:", "[", "]", "[^", "{", "}", "{2,9}", "*", "+?", "|", "^", "$", "\\b", "\\d", "\\u{", "\\x",
            "-",
        ],
        generate: { generator in
            let unit = generator.pick(["a", "ab", "a b", "é", "_9"])
            let count = generator.oneIn(10) ? 65_000 / unit.unicodeScalars.count : 9
            return Array(
                (GeneratedPattern.text(depth: 5, &generator) + "\n" + String(repeating: unit, count: count)).utf8
            )
        },
        read: { input in
            let text = String(decoding: input, as: UTF8.self)
            let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            do throws(TextPatternError) {
                let pattern = try TextPattern(String(parts[0]))
                return pattern.matches(parts.count > 1 ? String(parts[1]) : "").map { "\($0)" } ?? "too long"
            } catch {
                return outcome(error.reason)
            }
        }
    )
}
