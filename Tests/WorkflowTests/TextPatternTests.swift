import Testing

@testable import Workflow

@Suite struct TextPatternTests {
    /// A pattern, a text, and whether it matches.
    static let texts: [(String, String, Bool)] = [
        ("", "", true), ("", "abc", true),
        ("b", "abc", true), ("^b", "abc", false), ("^a", "abc", true), ("c$", "abc", true), ("b$", "abc", false),
        ("^abc$", "abc", true), ("^$", "", true), ("^$", "a", false),
        ("^a.c$", "abc", true), ("^a.c$", "a\nc", false), ("^a.c$", "aéc", true), ("^.$", "😀", true),
        ("^[a-z]+$", "abc", true), ("^[a-z]+$", "aBc", false), ("^[^a-z]+$", "A1", true), ("^[^a-z]+$", "Ab", false),
        ("^[]a]$", "a", false), ("^[\\]a]$", "]", true), ("^[a-]$", "-", true), ("^[-a]$", "-", true),
        ("^[\\d_]+$", "1_2", true), ("^[\\w.-]+$", "a.b-c_D", true), ("^[^\\s]+$", "a b", false), ("[]", "a", false),
        ("^[^]$", "\n", true),
        ("^\\d{4}-\\d{2}$", "2026-01", true), ("^\\d{4}-\\d{2}$", "2026-1", false), ("^\\d+$", "٣", false),
        ("^a{2,}$", "a", false), ("^a{2,}$", "aaaa", true), ("^a{2,3}$", "aaaa", false), ("^a{0}b$", "b", true),
        ("^a?b*c+$", "bbc", true), ("^a?b*c+$", "aab", false), ("^a+?b$", "aaab", true),
        ("^(ab|cd)+$", "abcdab", true), ("^(ab|cd)+$", "abc", false), ("^(?:a|b|)c$", "c", true),
        ("^(a*)*$", "aaaa", true), ("^(a*)*b$", "aaaa", false), ("^(|a)+$", "", true), ("(a|b)*c|d", "xxd", true),
        ("\\bcat\\b", "a cat!", true), ("\\bcat\\b", "concat", false), ("\\Bcat", "concat", true),
        ("^\\x41\\u0042\\u{1F600}$", "AB😀", true), ("^\\t\\n\\r\\f\\v\\0$", "\t\n\r\u{C}\u{B}\0", true),
        ("^\\.\\/\\-$", "./-", true), ("^\\S\\D\\W$", "aa!", true), ("^\\D$", "5", false), ("^}]$", "}]", true),
        ("^(high|low)$", "high", true), ("a^", "a", false), ("(^a|b)c", "xbc", true),
    ]

    @Test(arguments: texts) func matches(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try TextPattern(pattern).matches(text) == expected)
    }

    @Test(arguments: [
        ("(", "has a ( that is not closed"),
        (")", "has a ) without ("),
        ("[a", "has a [ that is not closed"),
        ("[z-a]", "has a range in […] that does not go from a lower to a higher character"),
        ("[a-\\d]", "has a range in […] that does not go from a lower to a higher character"),
        ("*a", "has * with nothing to repeat before it"),
        ("a**", "has * behind a quantifier"),
        ("a{2}{3}", "has { behind a quantifier"),
        ("a{", "has a { without a count, as a character it is written \\{"),
        ("a{,3}", "has a { without a count, as a character it is written \\{"),
        ("a{2", "has a { that is not closed"),
        ("a{3,2}", "has a count that ends before it begins"),
        ("a{1001}", "counts further than 1000"),
        ("a{99999999999999999999}", "counts further than 1000"),
        ("(?=a)", "has a group (?…) that is not (?:…); look-arounds and names are not known"),
        ("(?<n>a)", "has a group (?…) that is not (?:…); look-arounds and names are not known"),
        ("(a)\\1", "has \\1, which is not known"),
        ("\\p{L}", "has \\p, which is not known"),
        ("\\", "ends with a backslash"),
        ("\\x4", "has an escape without enough hexadecimal digits"),
        ("\\u{1234567}", "has a \\u{…} of more than six digits"),
        ("(a{1000}){1000}", "is too large, its repetitions multiply"),
        ("((){1000}){1000}", "is too large, its repetitions multiply"),
    ])
    func refusesOtherTexts(_ pattern: String, _ reason: String) {
        let error = #expect(throws: TextPatternError.self) { try TextPattern(pattern) }
        #expect(error?.reason == reason)
    }

    @Test func boundsLengthAndNesting() {
        let long = #expect(throws: TextPatternError.self) { try TextPattern(String(repeating: "a", count: 1_001)) }
        #expect(long?.reason == "is longer than 1000 characters")
        let deep = #expect(throws: TextPatternError.self) { try TextPattern(String(repeating: "(", count: 500)) }
        #expect(deep?.reason == "is nested deeper than 32")
    }

    /// Backtracking would take longer than the universe has left.
    @Test(.timeLimit(.minutes(20)), arguments: ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)(.*)(.*)(.*)x$"])
    func takesNoLongerForNastyPatterns(_ pattern: String) throws {
        #expect(try TextPattern(pattern).matches(String(repeating: "a", count: 5_000) + "!") == false)
    }

    @Test func matchesNoTextBeyondItsBound() throws {
        let most = TextPattern.maximumSubjectLength
        let pattern = try TextPattern("a$")
        #expect(pattern.matches(String(repeating: "a", count: most)) == true)
        #expect(pattern.matches(String(repeating: "a", count: most + 1)) == nil)
    }
}
