import Checkpoints
import Digests
import HTTPTransport
import JobModel
import Testing

@testable import Gateway

@Suite struct CallIdentityTests {
    static let issued: Set<String> = ["call_1", "call_2", "toolu_1"]

    static func identity(
        _ format: WireFormat,
        _ body: String,
        connection: String = "openai",
        target: String = "POST conversations/c/items"
    ) throws -> CallIdentity {
        let body = try #require(try JSONValue(parsing: body).objectValue)
        var openings = Openings()
        openings.add("  <code>now()</code>\n")
        return CallIdentity(
            format,
            connection: connection,
            model: nil,
            target: format.isToldByPath ? target : nil,
            body: body,
            isSpoken: { openings.begin($0) },
            isIssued: { issued.contains($0) }
        )
    }

    /// Never to be changed: what programs have paid for would be paid for again.
    ///
    /// The values follow from the rules alone: SHA-256 over canonical JSON.
    @Test func digestsStayAsTheyAre() throws {
        let messages =
            #"{"role":"user","content":"hé\n"},{"role":"assistant","content":"a"},{"role":"user","content":"b"}"#
        let body = #"{"user":"u","temperature":0.5,"messages":["# + messages + #"],"model":"m"}"#
        let identity = try Self.identity(.chat, body)
        #expect(identity.fingerprint.hex == "947f54be7fa7d6a1d0e7235c7216a97ebd4591f0ffc0e22d4a521e3de3270ab1")
        #expect(identity.head.hex == "7ab958398f27409f79d782de4fe9f29353439a75da56edd577382f0f6a778ad5")
        #expect(identity.lineage == nil)
        let lineage = try Self.identity(.chat, Self.chat).lineage?.hex
        #expect(lineage == "7480e7cdb982435ac96ce32cb86150e3cb72ef2b86786e72a49d5a77dbaddce4")
    }

    /// An answer by events is none for who asked for one document, nor the other way round.
    @Test func tellsAGeminiStreamByEventsFromOneDocument() throws {
        func identity(_ query: String?, _ format: WireFormat = .streamGenerate) throws -> CallIdentity {
            let request = try CallRequest(
                format,
                connection: GatewayConnection(name: "gem", family: .gemini, url: "http://127.0.0.1:1"),
                path: "",
                query: query,
                headers: HTTPHeaders(),
                body: Array(Self.gemini.utf8),
                pathModel: "g"
            )
            return CallIdentity(
                format,
                connection: "gem",
                model: "g",
                isOneDocument: request.isOneDocument,
                body: request.json,
                isIssued: { _ in false }
            )
        }
        let (events, document) = (try identity("alt=sse"), try identity(nil))
        #expect(events.fingerprint != document.fingerprint && events.head != document.head)
        #expect(events.lineage != nil && document.lineage != nil && events.lineage != document.lineage)
        #expect(try identity("x=1&alt=sse") == events && identity("alt=json") == document)
        #expect(try identity("alt=sse", .generate) == identity(nil, .generate))
        // As it was before there were two.
        #expect(events.fingerprint.hex == "a53ddbdf727d5435b98ac89d53dc5cf420b393d1d01ef0c00005294a915ae5fd")
    }

    /// What two requests have in common.
    enum Relation: Equatable, Sendable { case equal, drifted, other }

    struct Pair: Sendable {
        let name: String
        let format: WireFormat
        let left: String
        let right: String
        let relation: Relation
    }

    private static let chat =
        #"{"model":"m","messages":[{"role":"system","content":"S"},{"role":"user","content":"U"},{"role":"assistant","tool_calls":[{"id":"call_1"}]},{"role":"tool","tool_call_id":"call_1","content":"12:00"}]}"#
    private static let claude =
        #"{"model":"m","messages":[{"role":"user","content":"U"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"12:00"}]}]}"#
    private static let gemini =
        #"{"contents":[{"role":"user","parts":[{"text":"U"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"t":"12:00"}}}]}]}"#
    private static let responses =
        #"{"model":"m","previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"call_1","output":"12:00"}]}"#
    private static let added =
        #"{"items":[{"type":"function_call","call_id":"call_1"},{"type":"function_call_output","call_id":"call_1","output":"12:00"}]}"#
    private static let text =
        #"{"model":"m","messages":[{"role":"user","content":"U"},{"role":"assistant","content":"Calling tools: [{'id': 'call_1'}]"},{"role":"user","content":"Observation: 12:00"}]}"#

    /// An agent that writes code, or its calls as prose: no call has an id.
    private static let code =
        #"{"model":"m","messages":[{"role":"user","content":"U"},{"role":"assistant","content":[{"type":"text","text":"<code>now()</code>"}]},{"role":"user","content":[{"type":"text","text":"Observation:\n12:00"}]}]}"#
    private static let geminiCode =
        #"{"contents":[{"role":"user","parts":[{"text":"U"}]},{"role":"model","parts":[{"text":"<code>now()</code> it is"}]},{"role":"user","parts":[{"text":"Observation: 12:00"}]}]}"#

    static let pairs: [Pair] = [
        Pair(name: "what code returned", format: .chat, left: code, right: later(code), relation: .drifted),
        Pair(name: "Gemini's code", format: .generate, left: geminiCode, right: later(geminiCode), relation: .drifted),
        Pair(
            name: "code that no provider wrote",
            format: .chat,
            left: code.replacing("now()", with: "my()"),
            right: later(code).replacing("now()", with: "my()"),
            relation: .other
        ),
        Pair(
            name: "other code",
            format: .chat,
            left: code,
            right: later(code).replacing("now()", with: "then()"),
            relation: .other
        ),
        Pair(
            name: "another question behind an answer",
            format: .chat,
            left: code.replacing("Observation:", with: "It is"),
            right: later(code).replacing("Observation:", with: "It is"),
            relation: .other
        ),
        Pair(
            name: "an observation of a person's",
            format: .chat,
            left: #"{"model":"m","messages":[{"role":"user","content":"Observation: 12:00"}]}"#,
            right: #"{"model":"m","messages":[{"role":"user","content":"Observation: 12:01"}]}"#,
            relation: .other
        ),
        Pair(name: "the same", format: .chat, left: chat, right: chat, relation: .equal),
        Pair(
            name: "another order of keys",
            format: .chat,
            left: #"{"model":"m","messages":[]}"#,
            right: #"{"messages":[],"model":"m"}"#,
            relation: .equal
        ),
        Pair(
            name: "volatile members",
            format: .chat,
            left: #"{"model":"m","messages":[],"user":"a","metadata":{"trace":"1"}}"#,
            right: #"{"model":"m","messages":[],"user":"b","metadata":{"trace":"2"}}"#,
            relation: .equal
        ),
        Pair(name: "a tool's result", format: .chat, left: chat, right: later(chat), relation: .drifted),
        Pair(name: "Anthropic's result", format: .messages, left: claude, right: later(claude), relation: .drifted),
        Pair(name: "Gemini's result", format: .generate, left: gemini, right: later(gemini), relation: .drifted),
        Pair(
            name: "a server-held turn",
            format: .responses,
            left: responses,
            right: later(responses),
            relation: .drifted
        ),
        Pair(
            name: "another answer to go on from",
            format: .responses,
            left: responses,
            right: later(responses).replacing("resp_1", with: "resp_2"),
            relation: .other
        ),
        Pair(
            name: "another call to go on from",
            format: .chat,
            left: chat,
            right: later(chat).replacing("call_1", with: "call_2"),
            relation: .other
        ),
        Pair(
            name: "an added result",
            format: .keptChange,
            left: added,
            right: later(added),
            relation: .drifted
        ),
        Pair(
            name: "another added call",
            format: .keptChange,
            left: added,
            right: later(added).replacing("call_1", with: "call_2"),
            relation: .other
        ),
        Pair(
            name: "another name of a conversation",
            format: .keptChange,
            left: #"{"metadata":{"topic":"a"}}"#,
            right: #"{"metadata":{"topic":"b"}}"#,
            relation: .other
        ),
        Pair(name: "calls written as text", format: .chat, left: text, right: later(text), relation: .drifted),
        Pair(
            name: "text that names no answer",
            format: .chat,
            left: text.replacing("call_1", with: "mine"),
            right: later(text).replacing("call_1", with: "mine"),
            relation: .other
        ),
        Pair(
            name: "another prompt",
            format: .chat,
            left: chat,
            right: later(chat).replacing(#""U""#, with: #""V""#),
            relation: .other
        ),
        Pair(
            name: "another sub-agent",
            format: .chat,
            left: chat,
            right: later(chat).replacing(#""S""#, with: #""T""#),
            relation: .other
        ),
        Pair(
            name: "another model",
            format: .chat,
            left: chat,
            right: chat.replacing(#""m""#, with: #""n""#),
            relation: .other
        ),
        Pair(
            name: "one turn more",
            format: .chat,
            left: chat,
            right: chat.replacing("12:00\"}]", with: "12:00\"},{\"role\":\"assistant\",\"content\":\"x\"}]"),
            relation: .other
        ),
    ]

    private static func later(_ body: String) -> String { body.replacing("12:00", with: "12:01") }

    @Test(arguments: pairs) func tellsRequestsApart(_ pair: Pair) throws {
        let left = try Self.identity(pair.format, pair.left)
        let right = try Self.identity(pair.format, pair.right)
        let relation: Relation =
            left.fingerprint == right.fingerprint
            ? .equal : left.lineage != nil && left.lineage == right.lineage ? .drifted : .other
        #expect(relation == pair.relation, "\(pair.name)")
    }

    @Test(arguments: ["POST conversations/d/items", "POST conversations/c/items?include=x", "DELETE conversations/c"])
    func tellsTargetsApart(_ target: String) throws {
        let left = try Self.identity(.keptChange, Self.added)
        let right = try Self.identity(.keptChange, Self.added, target: target)
        #expect(left.fingerprint != right.fingerprint)
        #expect(left.lineage != right.lineage)
        #expect(left.head != right.head)
    }

    @Test func tellsConnectionsApart() throws {
        let left = try Self.identity(.chat, Self.chat)
        let right = try Self.identity(.chat, Self.chat, connection: "other")
        #expect(left.fingerprint != right.fingerprint)
        #expect(left.lineage != right.lineage)
    }
}
