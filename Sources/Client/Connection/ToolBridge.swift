import HTTPTransport
import JobModel

/// Hands messages of MCP on, from standard input to an address over HTTP, and the answers back.
struct ToolBridge: Sendable {
    let url: String
    let output: Terminal

    /// Runs until its input has ended and everything is answered.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            // Calls may take long, and one must not hold the next one back.
            for try await line in InputLines.stream() where !line.isEmpty {
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
        do {
            let response = try await HTTPClient.shared.send(request)
            guard !response.body.isEmpty else { return "" }
            return try JSONValue(parsing: response.body).text() + "\n"
        } catch let error as HTTPTransportError {
            throw ClientError.unreachable(address: url, reason: "\(error)")
        }
    }
}
