import JobModel
import TestSupport
import Testing

@testable import Client

/// Whoever calls a tool by `chassis mcp` waits for an answer with the number of its call.
@Suite(.timeLimit(.minutes(5))) struct ToolBridgeTests {
    private static let call = #"{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "note"}}"#
    private static let other = #"{"jsonrpc": "2.0", "id": "eight", "method": "ping"}"#

    /// What the bridge answers.
    private static func said(to lines: [String], at url: String) async throws -> [JSONValue] {
        let output = Terminal(bufferOf: nil)
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        for line in lines { continuation.yield(Array(line.utf8)) }
        continuation.finish()
        try await ToolBridge(url: url, output: output, errors: Terminal(bufferOf: nil)).run(stream)
        return try output.written.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test func answersARefusedCallUnderItsNumber() async throws {
        let refusal = #"{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "chassis: no room"}}"#
        let url = await ScriptedServer.shared.url([.response("503 Service Unavailable", [], refusal)], tag: "t")
        let said = try await Self.said(to: [Self.call], at: url)
        #expect(
            said == [["jsonrpc": "2.0", "id": 7, "error": ["code": -32600, "message": "chassis: no room"]]],
            "\(said)"
        )
    }

    /// A page of whatever stands in between is no answer either.
    @Test func saysWithWhichStatusItWasRefused() async throws {
        let url = await ScriptedServer.shared.url([.response("502 Bad Gateway", [], "<html>")], tag: "t")
        let said = try await Self.said(to: [Self.call], at: url)
        #expect(said.count == 1 && said[0]["id"] == 7, "\(said)")
        #expect(said[0]["error"]?["message"]?.stringValue?.contains("status 502") == true, "\(said)")
    }

    /// One that fails ends no other, and each has its own answer.
    @Test func answersACallWhoseConnectionIsLost() async throws {
        let url = await ScriptedServer.shared.url([.reset], tag: "t")
        let said = try await Self.said(to: [Self.call, Self.other], at: url)
        #expect(Set(said.compactMap { $0["id"]?.text() }) == ["7", "\"eight\""], "\(said)")
        let reasons = said.compactMap { $0["error"]?["message"]?.stringValue }
        #expect(reasons.count == 2 && reasons.allSatisfy { $0.contains("no answer of the tools") }, "\(said)")
    }

    @Test func answersAllCallsOfAList() async throws {
        let note = #"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#
        let list = "[\(Self.call), \(note), \(Self.other)]"
        let said = try await Self.said(to: [list], at: "http://127.0.0.1:1/mcp/x")
        #expect(said.count == 1 && said[0].arrayValue?.compactMap { $0["id"] } == [7, "eight"], "\(said)")
    }

    @Test func answersNothingThatWantsNoAnswer() async throws {
        let messages = [
            #"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#,
            #"{"jsonrpc": "2.0", "id": 1, "result": {}}"#,
        ]
        #expect(try await Self.said(to: messages, at: "http://127.0.0.1:1/mcp/x").isEmpty)
    }

    /// What a stranger says of a message reaches the terminal as text alone.
    @Test func saysOfAMessageThatWasNotTakenNothingThatATerminalObeys() async throws {
        let refusal = #"{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "no\u001b]0;title\u0007"}}"#
        let url = await ScriptedServer.shared.url([.response("503 Service Unavailable", [], refusal)], tag: "t")
        let errors = Terminal(bufferOf: nil)
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        continuation.yield(Array(#"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#.utf8))
        continuation.finish()
        try await ToolBridge(url: url, output: Terminal(bufferOf: nil), errors: errors).run(stream)
        #expect(errors.written == "chassis: a message was not taken: no\\x1b]0;title\\x07\n")
    }

    @Test func handsAnAnswerOn() async throws {
        let answer = #"{"jsonrpc": "2.0", "id": 7, "result": {}}"#
        let url = await ScriptedServer.shared.url([.response("200 OK", [], answer)], tag: "t")
        #expect(try await Self.said(to: [Self.call], at: url) == [["jsonrpc": "2.0", "id": 7, "result": [:]]])
    }
}
