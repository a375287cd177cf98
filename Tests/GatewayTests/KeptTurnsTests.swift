import JobModel
import Testing

@testable import Gateway

@Suite struct KeptTurnsTests {
    private static func turn(_ id: String, after request: JSONObject, _ calls: String...) throws -> KeptTurns.Turn {
        try #require(KeptTurns.turn(of: request, .responses, id: id, calls: calls))
    }

    private static let own: JSONValue = [["type": "function_call", "name": "own", "arguments": "{}"]]

    @Test func followsAnswersToTheFirst() throws {
        var turns = KeptTurns()
        turns.add(try Self.turn("a", after: [:], "note 1"))
        turns.add(try Self.turn("b", after: ["previous_response_id": "a"], "note 0"))
        turns.add(try Self.turn("c", after: ["previous_response_id": "b"], "note 2", "note 3"))
        turns.add(try Self.turn("other", after: ["previous_response_id": "a"], "note 4"))
        let calls = turns.calls(in: ["previous_response_id": "c", "input": Self.own], .responses)
        #expect(calls == [["note 1"], ["note 0"], ["note 2", "note 3"], ["own {}"]])
        #expect(turns.calls(in: ["previous_response_id": "gone", "input": Self.own], .responses) == [["own {}"]])
    }

    @Test func takesAnAnswerThatIsServedAgainForOne() throws {
        var turns = KeptTurns()
        let (first, second) = (
            try Self.turn("a", after: ["conversation": "c"], "note 1"),
            try Self.turn("b", after: ["conversation": ["id": "c"]], "note 1")
        )
        // What an earlier attempt has got counts when this one gets it.
        turns.add(first)
        turns.add(second)
        #expect(turns.calls(in: ["conversation": "c"], .responses) == [])
        for turn in [first, first, second] { turns.answered(turn) }
        #expect(turns.calls(in: ["conversation": "c"], .responses) == [["note 1"], ["note 1"]])
    }

    /// What the model says without calling a tool is the end of what it did before.
    @Test func beginsBehindTheLastAnswerWithoutCalls() throws {
        var turns = KeptTurns()
        turns.add(try Self.turn("a", after: [:], "note 1"))
        turns.add(try Self.turn("b", after: ["previous_response_id": "a"]))
        #expect(turns.calls(in: ["previous_response_id": "b"], .responses) == [["note 1"]])
        turns.add(try Self.turn("c", after: ["previous_response_id": "b"], "note 1"))
        #expect(
            turns.calls(in: ["previous_response_id": "c", "input": Self.own], .responses) == [["note 1"], ["own {}"]]
        )
        for id in ["1", "2", "3"] {
            turns.answered(try Self.turn(id, after: ["conversation": "c"], "note \(id)"))
            turns.answered(try Self.turn(id + "end", after: ["conversation": "c"]))
        }
        #expect(turns.calls(in: ["conversation": "c"], .responses) == [["note 3"]])
    }

    /// Who goes on from himself is no reason to go round for ever.
    @Test func endsWhereAnswersGoRound() throws {
        var turns = KeptTurns()
        turns.add(try Self.turn("a", after: ["previous_response_id": "b"], "note 1"))
        turns.add(try Self.turn("b", after: ["previous_response_id": "a"], "note 2"))
        #expect(turns.calls(in: ["previous_response_id": "a"], .responses) == [["note 2"], ["note 1"]])
    }

    @Test func keepsLongCallsByTheirDigest() throws {
        let long = String(repeating: "x", count: 1000)
        let (one, other) = (
            try Self.turn("a", after: [:], "note " + long), try Self.turn("b", after: [:], "note y" + long)
        )
        #expect(one.json.text().utf8.count < 300 && KeptTurns.Turn(json: one.json) == one)
        #expect(one.calls != other.calls)
    }

    /// Neither is a call that is one character, nor a turn without end.
    @Test func boundsWhatIsKeptOfATurn() throws {
        let one = try Self.turn("a", after: [:], "n" + String(repeating: "\u{301}", count: 1000))
        #expect(one.json.text().utf8.count < 400)
        let many = (0..<1000).map { "note \($0)" }
        let (all, others) = (
            try #require(KeptTurns.turn(of: [:], .responses, id: "a", calls: many)),
            try #require(KeptTurns.turn(of: [:], .responses, id: "a", calls: many.dropLast() + ["other"]))
        )
        #expect(all.json.text().utf8.count < 2000 && KeptTurns.Turn(json: all.json) == all)
        #expect(all.calls != others.calls)
        // What a request says itself is the same.
        var turns = KeptTurns()
        turns.add(all)
        let own = JSONValue.array(
            (0..<1000).map { number -> JSONValue in
                ["type": "function_call", "name": "note", "arguments": .string("\(number)")]
            }
        )
        let calls = turns.calls(in: ["previous_response_id": "a", "input": own], .responses)
        #expect(calls.count == 2 && calls[0] == calls[1])
    }
}
