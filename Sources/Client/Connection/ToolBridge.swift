import HTTPTransport
import JobModel

/// Hands messages of MCP on, from standard input to an address over HTTP, and the answers back.
///
/// Each call gets an answer under its own id, whatever becomes of it: its client waits for nothing else.
struct ToolBridge: Sendable {
    /// JSON-RPC's number for what goes wrong inside a server.
    private static let insideFault: Int64 = -32603

    let url: String
    let output: Terminal
    let errors: Terminal

    /// Runs until the lines have ended and all of them are answered.
    func run(_ lines: some AsyncSequence<[UInt8], any Error>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            // Calls may take long, and one must not hold the next one back.
            for try await line in lines where !line.isEmpty {
                group.addTask { output.write(try await answer(to: line)) }
            }
        }
    }

    /// The line to write; empty where no answer is due.
    private func answer(to line: [UInt8]) async throws -> String {
        var request = HTTPRequest(
            method: "POST",
            url: url,
            headers: ["Content-Type": "application/json", "Accept": "application/json, text/event-stream"],
            body: line
        )
        // People may have to decide about a call.
        request.stallTimeout = nil
        request.firstByteTimeout = nil
        let said: JSONValue?
        do {
            let response = try await HTTPClient.shared.send(request)
            if response.body.isEmpty, (200..<300).contains(response.status) { return "" }
            said = try? JSONValue(parsing: response.body)
            if response.status == 200, let said { return said.text() + "\n" }
            return refusal(of: line, said: said, "the tools answered with status \(response.status)")
        } catch let error as HTTPTransportError {
            return refusal(of: line, said: nil, "no answer of the tools: \(error)")
        }
    }

    /// What is said in place of an answer.
    ///
    /// - Parameter said: The error that came instead, which may not know whose it is.
    private func refusal(of line: [UInt8], said: JSONValue?, _ reason: String) -> String {
        let error = said?["error"] ?? ["code": .integer(Self.insideFault), "message": .string("chassis: " + reason)]
        func answer(_ id: JSONValue) -> JSONValue { ["jsonrpc": "2.0", "id": id, "error": error] }
        // What is no JSON is told so, and nobody can say to whom.
        guard let message = try? JSONValue(parsing: line) else { return answer(.null).text() + "\n" }
        let answers = (message.arrayValue ?? [message]).compactMap(Self.call).map(answer)
        guard let first = answers.first else {
            errors.print("chassis: a message was not taken: \(error["message"]?.stringValue ?? reason)")
            return ""
        }
        return (message.arrayValue == nil ? first : .array(answers)).text() + "\n"
    }

    /// The id of a message that wants an answer.
    private static func call(_ message: JSONValue) -> JSONValue? {
        guard message["method"] != nil, let id = message["id"], !id.isNull else { return nil }
        return id
    }
}
