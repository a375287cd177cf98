import JobModel
import Models
import Synchronization
import TestSupport
import Testing

@testable import Tools

/// What a server writes, taken apart.
@Suite struct MCPExchangeTests {
    @Test(arguments: 0..<50) func linesAreTheSameHoweverTheyAreCut(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("\nxy".utf8)
        let bytes: [UInt8] = (0..<400).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
        var whole = MCPLineReader(maximumBytes: 5)
        let expected = whole.take(bytes)
        var cut = MCPLineReader(maximumBytes: 5)
        var lines: [MCPLineReader.Line] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...9, using: &generator))
            lines += cut.take(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        // Where a line passes the limit, its beginning depends on the cut, and nothing else does.
        func shape(_ lines: [MCPLineReader.Line]) -> [String] {
            lines.map { line in
                switch line {
                case .whole(let bytes): String(decoding: bytes, as: UTF8.self)
                case .tooLong: "too long"
                }
            }
        }
        #expect(shape(lines) == shape(expected))
    }

    /// Half a million empty lines are half a million bytes; found by inputs by chance.
    @Test func linesTakeNoMoreThanTheyHold() {
        var reader = MCPLineReader(maximumBytes: 4096)
        let lines = reader.take(Array(repeating: UInt8(ascii: "x"), count: 4000) + Array("\n\n\nshort\n".utf8))
        let room = lines.map { if case .whole(let bytes) = $0 { bytes.capacity } else { Int.max } }
        #expect(room.count == 4 && room.dropFirst().allSatisfy { $0 < 100 }, "\(room)")
    }

    @Test(arguments: 0..<200) func noLineMakesAnAnswerToWhatWasNotAsked(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            #"{"jsonrpc":"2.0","#, #""id":1"#, #""id":2"#, #""id":"1""#, #""id":null"#, ",", #""result":{}"#, "}", "[",
            "]",
            #""error":{"code":-32601,"message":"m"}"#, #""method":"ping""#, "\"", "9",
        ]
        var exchange = MCPExchange(maximumBytes: 100)
        let asked = exchange.begin()
        var answers = 0
        for _ in 0..<60 {
            let text = (0..<Int.random(in: 1...7, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            for action in exchange.received(.whole(Array(text.utf8))) {
                switch action {
                case .answer(let id, _), .fail(let id, _):
                    #expect(id == asked)
                    answers += 1
                case .reply, .tell, .note, .giveUp: break
                }
            }
        }
        #expect(answers <= 1 && exchange.pending.count == 1 - answers)
    }

    @Test func whoseAnswerIsTooLongIsFoundInItsBeginning() {
        var exchange = MCPExchange(maximumBytes: 10)
        _ = (exchange.begin(), exchange.begin())
        let line = MCPLineReader.Line.tooLong(beginning: Array(#"{"jsonrpc": "2.0", "id": 2, "result": {"x"#.utf8))
        #expect(exchange.received(line) == [.fail(id: 2, .tooLarge(limit: 10))])
        #expect(exchange.pending == [1])
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"x"#,
        #"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"x"#,
        #"{"jsonrpc":"2.0","method":"m","params":{"result":{"id":1,"x"#,
        #"{"jsonrpc":"2.0","result":{"id":1,"x"#, #"{"jsonrpc":"2.0","params":{"id":1,"x"#,
        #"{"jsonrpc":"2.0","id":9,"result":{"x"#, #"{"jsonrpc":"2.0","id":"1","result":{"x"#, "xxxx",
    ])
    func aLineThatIsTooLongAnswersNothingThatItDoesNotName(beginning: String) {
        for count in 1...2 {
            var exchange = MCPExchange(maximumBytes: 10)
            for _ in 0..<count { _ = exchange.begin() }
            let failed = exchange.received(.tooLong(beginning: Array(beginning.utf8))).compactMap { action -> Int64? in
                guard case .fail(let id, let error) = action else { return nil }
                guard case .lost = error else {
                    Issue.record("\(error)")
                    return nil
                }
                return id
            }
            #expect(failed == Array(1...Int64(count)))
            #expect(exchange.pending.isEmpty)
        }
    }

    @Test func aLateAnswerThatIsTooLongFailsNoOther() {
        var exchange = MCPExchange(maximumBytes: 10)
        _ = (exchange.begin(), exchange.begin())
        _ = exchange.gaveUp(1)
        let line = MCPLineReader.Line.tooLong(beginning: Array(#"{"jsonrpc":"2.0","id":1,"result":{"x"#.utf8))
        #expect(exchange.received(line) == [])
        #expect(exchange.pending == [2])
    }

    /// It may be the answer to a notification, while the call is carried out.
    @Test func anErrorThatNamesNoRequestDoesNotSayThatTheOnlyOneWasRefused() {
        var exchange = MCPExchange(maximumBytes: 1000)
        _ = (exchange.begin(), exchange.begin(), exchange.gaveUp(1))
        let line = #"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no such request"}}"#
        let actions = exchange.received(.whole(Array(line.utf8)))
        guard case .fail(id: 2, .lost(let reason))? = actions.first, actions.count == 1 else {
            Issue.record("\(actions)")
            return
        }
        #expect(reason.contains("no such request"))
        #expect(exchange.pending.isEmpty)
    }

    // MARK: Lists

    /// A server whose lists have no end.
    private final class EndlessPages: MCPChannel {
        let asked = Mutex(0)
        func result(of request: MCPRequest) async throws -> JSONValue {
            let page = asked.withLock { asked in
                asked += 1
                return asked
            }
            return [
                "tools": [["description": .string(String(repeating: "x", count: 1 << 20))]],
                "nextCursor": .string("\(page)"),
            ]
        }
        func notify(_ method: String, _ params: JSONObject) async {}
        func agreed(on version: MCPVersion) {}
        func listen(_ request: MCPRequest?) {}
        func close() async {}
    }

    @Test func allPagesOfAListTogetherAreBounded() async throws {
        let pages = EndlessPages()
        let session = MCPSession(pages, version: .newestWithHandshake, capabilities: [:])
        await #expect(throws: MCPError.self) { try await session.all("tools/list", under: "tools") }
        #expect(pages.asked.withLock { $0 } == 8)
    }

    // MARK: Headers

    @Test func valuesOfHeadersAreEncodedAsTheProtocolShows() {
        #expect(MCPHeaderValue.encoded("us-west1") == "us-west1")
        #expect(MCPHeaderValue.encoded("Hello, 世界") == "=?base64?SGVsbG8sIOS4lueVjA==?=")
        #expect(MCPHeaderValue.encoded(" padded ") == "=?base64?IHBhZGRlZCA=?=")
        #expect(MCPHeaderValue.encoded("line1\nline2") == "=?base64?bGluZTEKbGluZTI=?=")
        #expect(MCPHeaderValue.encoded("=?base64?literal?=") == "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")
    }

    @Test func aHeaderMayBeAskedForAtAPlainParameterOnly() throws {
        let good: JSONValue = [
            "type": "object",
            "properties": ["a": ["properties": ["b": ["type": "string", "x-mcp-header": "B"]]]],
        ]
        #expect(try MCPHeaders.find(in: good) == [["name": "B", "path": ["a", "b"]]])
        for bad: JSONValue in [
            ["properties": ["a": ["type": "number", "x-mcp-header": "A"]]],
            ["properties": ["a": ["type": "string", "x-mcp-header": "A: b"]]],
            ["properties": ["a": ["items": ["type": "string", "x-mcp-header": "A"]]]],
            [
                "properties": [
                    "a": ["type": "string", "x-mcp-header": "A"], "b": ["type": "string", "x-mcp-header": "a"],
                ]
            ],
        ] {
            #expect(throws: MCPHeaders.Fault.self) { try MCPHeaders.find(in: bad) }
        }
    }

    // MARK: Names

    private struct Named: Tool {
        let definition: ToolDefinition
        let effect = Effect.none
        init(_ name: String) { definition = ToolDefinition(name: name, description: "", parameters: [:]) }
        func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput { ToolOutput("") }
    }

    @Test func namesAreValidAndNoTwoAreTheSame() {
        var names = ToolNames(taken: ["search"])
        let long = String(repeating: "n", count: 90)
        let given = ["search", "search", "a.b/c", "9lives", long, long].map {
            names.named(Named($0), from: "hub").definition.name
        }
        #expect(given[..<4] == ["hub_search", "hub_search_2", "a_b_c", "_9lives"])
        #expect(Set(given).count == 6 && given.allSatisfy { $0.utf8.count <= 64 })
    }
}
