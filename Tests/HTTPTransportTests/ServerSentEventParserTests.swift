import HTTPTransport
import TestSupport
import Testing

@Suite struct ServerSentEventParserTests {
    private func events(_ text: String) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        return try parser.consume(text.utf8)
    }

    /// What `bytes` come to when they are fed in the given pieces: the events, then the error if there is one.
    private func outcome(of pieces: [ArraySlice<UInt8>]) -> ([ServerSentEvent], ServerSentEventError?) {
        var parser = ServerSentEventParser(maximumLineBytes: 64, maximumEventBytes: 128)
        var events: [ServerSentEvent] = []
        do {
            for piece in pieces { events += try parser.consume(piece) }
            return (events, nil)
        } catch {
            return (events, error)
        }
    }

    @Test(arguments: [
        ("data: a\n\n", [ServerSentEvent(data: "a")]),
        ("data:a\r\rdata:  b\r\n\r\n", [ServerSentEvent(data: "a"), ServerSentEvent(data: " b")]),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [ServerSentEvent(data: "YHOO\n+2\n10")]),
        ("\u{FEFF}data: a\n\n", [ServerSentEvent(data: "a")]),
        (": comment\ndata: a\n:\n\n", [ServerSentEvent(data: "a")]),
        ("data\n\ndata\ndata\n\ndata:", [ServerSentEvent(data: ""), ServerSentEvent(data: "\n")]),
        (
            "event: add\nid: 1\ndata: a\n\ndata: b\n\n",
            [
                ServerSentEvent(event: "add", data: "a", id: "1"), ServerSentEvent(data: "b", id: "1"),
            ]
        ),
        ("id: 1\ndata: a\n\nid\ndata: b\n\n", [ServerSentEvent(data: "a", id: "1"), ServerSentEvent(data: "b")]),
        ("id: 1\nid: a\0b\ndata: a\n\n", [ServerSentEvent(data: "a", id: "1")]),
        ("event: x\n\ndata: a\n\n", [ServerSentEvent(data: "a")]),
        ("retry: 5\nunknown: x\ndata: a\n\n", [ServerSentEvent(data: "a")]),
        ("data: a", []), ("data: a\n", []), ("\n\n\n", []), ("", []),
        (" data: a\n\n", []),
        ("data: \u{1F40E}é\n\n", [ServerSentEvent(data: "\u{1F40E}é")]),
    ])
    func followsTheRules(_ text: String, _ expected: [ServerSentEvent]) throws {
        #expect(try events(text) == expected)
    }

    @Test func givesAnEventAsSoonAsItIsComplete() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.consume("data: a\r".utf8) == [])
        #expect(try parser.consume("\r".utf8) == [ServerSentEvent(data: "a")])
        #expect(try parser.consume("\ndata: b\r\n\r\n".utf8) == [ServerSentEvent(data: "b")])
    }

    @Test func boundsLinesAndEvents() throws {
        var parser = ServerSentEventParser(maximumLineBytes: 10, maximumEventBytes: 20)
        #expect(try parser.consume("data: 1234\n\n".utf8).count == 1)
        #expect(throws: ServerSentEventError.lineTooLong(limit: 10)) { try parser.consume("data: 12345".utf8) }
        var other = ServerSentEventParser(maximumLineBytes: 10, maximumEventBytes: 8)
        #expect(throws: ServerSentEventError.eventTooLong(limit: 8)) {
            try other.consume("data: 1234\ndata: 5678\n\n".utf8)
        }
        var empty = ServerSentEventParser(maximumLineBytes: 10, maximumEventBytes: 8)
        #expect(throws: ServerSentEventError.eventTooLong(limit: 8)) {
            try empty.consume(String(repeating: "data\n", count: 100).utf8)
        }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        var parser = ServerSentEventParser()
        #expect(throws: ServerSentEventError.invalidUTF8) {
            try parser.consume(Array("data: ".utf8) + [0xC3, 0x28] + Array("\n\n".utf8))
        }
    }

    @Test(arguments: 0..<200)
    func givesTheSameEventsHoweverTheBytesAreCut(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "data: ", "data", "event: x", "id: 7", ":", "\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "é", "🐎", "\u{FEFF}",
            " ",
            "retry: 1", "long line of text",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...120, using: &generator) {
            bytes += words.randomElement(using: &generator).map { Array($0.utf8) } ?? []
        }
        // Some streams are damaged, and the damage must be noticed in the same place.
        for _ in 0..<Int.random(in: 0...2, using: &generator) where !bytes.isEmpty {
            bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
        }
        let single = outcome(of: bytes.indices.map { bytes[$0...$0] })
        for _ in 0..<5 {
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 1...20, using: &generator))
                pieces.append(bytes[start..<end])
                start = end
            }
            let cut = outcome(of: pieces)
            // A piece in which an error is found gives none of its events.
            #expect(cut.1 == single.1, "seed \(seed)")
            #expect(single.0.starts(with: cut.0), "seed \(seed)")
            if cut.1 == nil { #expect(cut.0 == single.0, "seed \(seed)") }
        }
    }
}
