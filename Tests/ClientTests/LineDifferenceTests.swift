import Testing

@testable import Client

@Suite struct LineDifferenceTests {
    @Test(arguments: [
        ("", ""), ("a b c", "a b c"), ("a b c", "a x c"), ("a b c", ""), ("", "a b c"), ("a b c d", "b d e"),
        ("a b a b a", "b a b"), ("x a a a", "a a a y"), ("a b c a b b a", "c b a b a c"),
    ])
    func bothTextsAreInIt(_ first: String, _ second: String) {
        let (first, second) = (
            first.split(separator: " ").map(String.init), second.split(separator: " ").map(String.init)
        )
        let lines = LineDifference.compare(first, second)
        let before = lines.compactMap { if case .same(let text) = $0 { text } else { removed($0) } }
        let after = lines.compactMap { if case .same(let text) = $0 { text } else { added($0) } }
        #expect(before == first)
        #expect(after == second)
        let changes = lines.count { if case .same = $0 { false } else { true } }
        #expect(changes == second.difference(from: first).count)
    }

    private func removed(_ line: RunDifference.Line) -> String? {
        if case .removed(let text) = line { text } else { nil }
    }

    private func added(_ line: RunDifference.Line) -> String? { if case .added(let text) = line { text } else { nil } }

    @Test func saysOfTooManyLinesHowManyThereAre() {
        let first = ["head"] + (0..<30_000).map { "a\($0)" } + ["tail"]
        let second = ["head"] + (0..<20_000).map { "b\($0)" } + ["tail"]
        #expect(
            LineDifference.compare(first, second) == [.same("head"), .replaced(30_000, by: 20_000), .same("tail")]
        )
        let part = RunDifference.Part(title: "t", lines: LineDifference.compare(first, second))
        #expect(Fixture.text(RunDifferenceView.lines(part, indent: "")).contains("30000 lines become 20000"))
    }

    @Test func findsAFewChangesInALongText() {
        let first = (0..<100_000).map { "line \($0)" }
        var second = first
        second[10] = "x"
        second.remove(at: 90_000)
        let changed = LineDifference.compare(first, second).filter { if case .same = $0 { false } else { true } }
        #expect(changed == [.removed("line 10"), .added("x"), .removed("line 90000")])
    }
}
