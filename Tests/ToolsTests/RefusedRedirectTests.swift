import HTTPTransport
import JobModel
import Models
import TestSupport
import Testing
import Tools
import Workflow

/// Requests that were carried out and answered with a redirect that is not followed to its end.
@Suite(.timeLimit(.minutes(3))) struct RefusedRedirectTests {
    private let server = ScriptedServer.shared
    private let scratch = Scratch()

    /// Leads to another origin, to where nobody listens, and to what cannot be read.
    private static let places = ["https://example.com/x", "http://localhost:1/x", "http://127.0.0.1:1/x", "/..%2Fx"]

    /// - Returns: What the redirect leads away from, and how to ask how often it was asked.
    private func trap(_ location: String, target: HTTPTarget? = nil) async throws -> (
        url: String, access: HTTPAccess, tag: String
    ) {
        let tag = server.newTag()
        let url = await server.url([.response("302 Found", ["Location: \(location)"])], tag: tag)
        let target = try target ?? .below(WebAddress(url))
        return (url, HTTPAccess(target: target, methods: [.get], policy: .any), tag)
    }

    private func requests(_ tag: String) async throws -> Int? {
        let answer = try await HTTPClient.shared.send(HTTPRequest(url: await server.requestsURL(tag)))
        return try JSONValue(parsing: answer.body).arrayValue?.count
    }

    private func call(_ trap: (url: String, access: HTTPAccess, tag: String), _ effect: Effect) async throws
        -> ToolOutput
    {
        let tool = HTTPTool(name: "web", methods: [.get], effect: effect, access: trap.access)
        return try await tool.call(
            ["method": "GET", "url": .string(trap.url)],
            ToolContext(idempotencyKey: "k", scratchDirectory: scratch.path, log: { _ in })
        )
    }

    @Test(arguments: places, [Effect.once, .idempotent])
    func whatACallBehindItDidIsUnknown(_ location: String, _ effect: Effect) async throws {
        for target in [nil, HTTPTarget.anywhere] where target == nil || location.hasPrefix("http://") {
            let trap = try await trap(location, target: target)
            let error = await #expect(throws: ToolsError.self) { try await call(trap, effect) }
            guard case .outcomeUnknown("web", _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await requests(trap.tag) == 1)
        }
    }

    @Test(arguments: places) func aModelThatOnlyReadsIsToldAndNotThatNothingWasSent(_ location: String) async throws {
        let output = try await call(try await trap(location), .none)
        #expect(output.isError && output.text.contains("redirect") && !output.text.contains("nothing was sent"))
    }

    @Test func aNameThatLeadsToAPrivateAddressIsNoRefusalOfTheFirstRequest() async throws {
        let fault = HTTPRedirectFault.failed(.addressNotAllowed(host: "h"))
        #expect(fault.isRefusal)
        #expect(!HTTPRedirectFault.failed(.couldNotResolve(host: "h")).isRefusal)
        #expect(HTTPRedirectFault.refused(HTTPRefusal(reason: "r")).isRefusal)
    }
}
