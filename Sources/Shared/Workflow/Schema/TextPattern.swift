/// A pattern of JSON Schema, matched in time proportional to the length of the text.
///
/// The dialect is the part of ECMA-262 (with Unicode) that is regular: characters, `.`, classes such as `[a-z]` and
/// `[^,]`, `\d \D \w \W \s \S` (ASCII digits and words), `\n \t \r \f \v \0 \xHH \uHHHH \u{…}`, groups, `|`, the
/// quantifiers `* + ? {n} {n,} {n,m}` and their lazy forms, `^ $ \b \B`. A pattern matches anywhere in the text unless
/// it is anchored. There are no look-arounds, no references back and no `\p{…}`.
package struct TextPattern: Sendable {
    /// The longest pattern, in characters.
    package static let maximumLength = 1_000
    /// The longest text that is matched, in characters.
    package static let maximumSubjectLength = 65_536
    /// The most instructions a pattern may be compiled to; counted repetitions multiply them.
    static let maximumInstructions = 1_000
    /// The deepest nesting of groups.
    static let maximumNesting = 32

    /// The pattern as it is written.
    package let source: String
    let program: [Instruction]

    /// An instruction of the pattern's automaton.
    enum Instruction: Sendable {
        case character(CharacterClass)
        /// Goes on at both places.
        case split(Int, Int)
        case jump(Int)
        case textStart, textEnd
        case wordBoundary(isThere: Bool)
        case match
    }

    /// A set of characters.
    struct CharacterClass: Sendable {
        /// In ascending order, none of them touching another.
        var ranges: [ClosedRange<UInt32>] = []
        var isNegated = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            // The first range that does not end before the character.
            var (low, high) = (0, ranges.count)
            while low < high {
                let middle = (low + high) / 2
                if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
            }
            return (low < ranges.count && ranges[low].lowerBound <= scalar.value) != isNegated
        }

        /// The same set, of ranges in any order.
        var compacted: CharacterClass {
            var compact: [ClosedRange<UInt32>] = []
            for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = compact.last, range.lowerBound <= last.upperBound + 1 {
                    compact[compact.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
                } else {
                    compact.append(range)
                }
            }
            return CharacterClass(ranges: compact, isNegated: isNegated)
        }
    }

    /// Reads a pattern.
    ///
    /// - Throws: `TextPatternError` when it is not of the dialect, or larger than its bounds.
    package init(_ source: String) throws(TextPatternError) {
        var parser = try TextPatternParser(source)
        var compiler = TextPatternCompiler()
        program = try compiler.compile(try parser.parse())
        self.source = source
    }

    /// Whether the pattern matches somewhere in a text; nil when the text is longer than `maximumSubjectLength`.
    package func matches(_ text: String) -> Bool? {
        let subject = Array(text.unicodeScalars.prefix(Self.maximumSubjectLength + 1))
        guard subject.count <= Self.maximumSubjectLength else { return nil }
        var matcher = TextPatternMatcher(program: program, subject: subject)
        return matcher.matches()
    }
}

/// Why a text is no pattern.
package struct TextPatternError: Error, Equatable {
    /// What is wrong, as the rest of a sentence that begins with the pattern.
    package let reason: String
}
