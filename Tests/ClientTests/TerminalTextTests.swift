import Testing

@testable import Client

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\u{1B}[31mred", "a\\x1b[31mred"), ("bell\u{7}", "bell\\x07"), ("a\nb\rc", "a\\nb\\rc"),
        ("tab\there", "tab here"), ("c1\u{9B}31m", "c1\\x9b31m"), ("\u{202E}evil", "\\u{202e}evil"),
        ("crlf\r\n", "crlf\\r\\n"), ("héllo 世界 🎉", "héllo 世界 🎉"),
    ])
    func showsControlCharactersEscaped(_ text: String, _ safe: String) {
        #expect(SafeText.line(text) == safe)
        #expect(StyledLine(text).text(coloured: false) == safe)
    }

    @Test func escapesWhatJSONAllowsInStrings() {
        #expect(SafeText.json("{\"a\":\"\u{9B}31m\u{7F}\"}") == #"{"a":"\u009b31m\u007f"}"#)
    }

    @Test(arguments: [
        ("abc", 3), ("世界", 4), ("e\u{301}", 1), ("🎉", 2), ("✓ ok", 4), ("❤\u{FE0F}", 2), ("│└─", 3), ("한국", 4), ("", 0),
    ])
    func knowsTheWidthOfText(_ text: String, _ width: Int) {
        #expect(TextWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("世界世界", 5, "世界…"), ("世界世界", 4, "世…"), ("ab", 0, ""),
    ])
    func cutsTextToColumns(_ text: String, _ columns: Int, _ cut: String) {
        #expect(TextWidth.cut(text, to: columns) == cut)
    }

    @Test(arguments: [
        ("a word and another", 10, ["a word and", "another"]), ("a verylongword b", 6, ["a", "verylongword", "b"]),
        ("世界 世界", 5, ["世界", "世界"]), ("", 5, []),
    ])
    func breaksTextBetweenWords(_ text: String, _ columns: Int, _ lines: [String]) {
        #expect(TextWidth.wrapped(text, to: columns) == lines)
    }

    @Test func cutsALineAcrossItsPieces() {
        let line = StyledLine("abc", .bold).adding("def", .red).adding("ghi")
        #expect(
            (1...9).map { line.cut(to: $0).text(coloured: false) } == [
                "…", "a…", "ab…", "abc…", "abcd…", "abcde…", "abcdef…", "abcdefg…", "abcdefghi",
            ]
        )
    }

    @Test func writesColoursOnlyWhereTheyAreWanted() {
        let line = StyledLine("a", .bold).adding("b")
        #expect(line.text(coloured: true) == "\u{1B}[1ma\u{1B}[0mb")
        #expect(line.text(coloured: false) == "ab")
    }

    @Test func alignsTablesWithWideCharacters() {
        var table = Table([.init(title: "name"), .init(title: "n", alignment: .right), .init(title: "empty")])
        table.add([StyledLine("世界"), StyledLine("7"), StyledLine()])
        table.add([StyledLine("abcdef"), StyledLine("123"), StyledLine()])
        #expect(Fixture.text(table.lines(width: nil)) == "name      n\n世界      7\nabcdef  123")
    }

    @Test func narrowsFlexibleColumnsOnly() {
        var table = Table([.init(title: "name", isFlexible: true), .init(title: "state")])
        table.add([StyledLine("a name that is much too long"), StyledLine("succeeded")])
        let lines = table.lines(width: 30, indent: 2)
        #expect(lines.allSatisfy { $0.width <= 30 })
        #expect(Fixture.text(lines) == "  name               state\n  a name that is m…  succeeded")
    }

    @Test func leavesOutColumnsThatHaveNoRoomAndNamesThem() {
        var table = Table([
            .init(title: "name", isFlexible: true), .init(title: "worker", dispensable: 2),
            .init(title: "cost", dispensable: 1), .init(title: "state"),
        ])
        table.add([
            StyledLine("a name that is long"), StyledLine("worker-1"), StyledLine("$1.25"), StyledLine("succeeded"),
        ])
        #expect(
            Fixture.text(table.lines(width: 27)) == """
                name       cost   state
                a name t…  $1.25  succeeded
                (no room for: worker)
                """
        )
        #expect(Fixture.text(table.lines(width: 12)) == "name      s…\na name …  s…\n(no room fo…")
    }

    @Test(arguments: [
        (Duration.milliseconds(7), "7ms"), (.milliseconds(1234), "1.2s"), (.seconds(64), "1m 04s"),
        (.seconds(7500), "2h 05m"), (.seconds(100_000), "1d 03h"), (.seconds(-5), "0ms"),
    ])
    func showsDurations(_ duration: Duration, _ text: String) {
        #expect(duration.shown == text)
    }
}
