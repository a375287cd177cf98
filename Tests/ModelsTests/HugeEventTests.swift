import TestSupport
import Testing

@testable import Models

/// An event of 50 MB is given up at the bound, whoever's words it is in.
@Suite(.timeLimit(.minutes(5))) struct HugeEventTests {
    private static let size = 50 << 20

    /// Reading 8 MiB byte by byte takes a second or two in a debug build.
    @Test(arguments: [ModelEndpoint.Kind.openAI, .openAIResponses, .anthropic, .gemini])
    func givesUpAtTheBound(_ kind: ModelEndpoint.Kind) async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: "
        let error = try await ProviderScene(kind).error([.send(head), .flood(Self.size), .close])
        guard case .malformed(let text) = error.reason else { return #expect(Bool(false), "\(error)") }
        #expect(text.utf8.count < 600)
        #expect(error.isRetryable && error.mayHaveBeenPaid)
    }

    @Test func givesUpADocumentAtItsBound() async throws {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(Self.size)\r\n\r\n"
        let error = try await ProviderScene(.anthropic).error([.send(head), .flood(Self.size), .close])
        guard case .malformed = error.reason else { return #expect(Bool(false), "\(error)") }
    }

    @Test func givesUpAnEventStreamThatIsNone() async throws {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\nConnection: close\r\n\r\n"
        let error = try await ProviderScene(.bedrock).error([.send(head), .flood(Self.size), .close])
        guard case .malformed = error.reason else { return #expect(Bool(false), "\(error)") }
    }
}
