import JobModel
import Models
import TestSupport
import Testing

@testable import Tools

/// A server that ends while nothing is asked of it.
@Suite(.timeLimit(.minutes(3))) struct MCPEndedServerTests {
    private let scratch = Scratch()

    private func client() -> MCPClient {
        let place = MCPServer.Place.program(
            arguments: ["python3", MCPScene.program, "--log", scratch.path + "/log"],
            environment: [:],
            directory: nil
        )
        return MCPClient(
            MCPServer(name: "test", place: place),
            runner: ProgramRunner(),
            room: ToolServerRoom(scratchDirectory: scratch.path, log: { _ in }),
            clock: ManualClock()
        )
    }

    private var starts: Int {
        ProcessTree.text(scratch.path + "/log").split(separator: "\n").filter { $0 == "start" }.count
    }

    private func request(_ tool: String, _ arguments: JSONObject = [:]) -> MCPRequest {
        var request = MCPRequest(method: "tools/call", name: tool)
        request.params = ["name": .string(tool), "arguments": .object(arguments)]
        return request
    }

    /// Has the server end behind an answer, and waits until that is noticed.
    private func leave(_ client: MCPClient) async throws {
        let session = try await client.session()
        _ = try await session.result(of: request("leave"))
        await session.close()
    }

    @Test(arguments: [Effect.none, .idempotent, .once]) func aCallBehindItsEndStartsItAnew(_ effect: Effect)
        async throws
    {
        let client = client()
        try await leave(client)
        let context = ToolContext(idempotencyKey: "key-1", scratchDirectory: scratch.path, log: { _ in })
        let call = MCPCall(client: client, timeout: .seconds(60))
        let output = try await call.output(of: request("write", ["text": "a"]), tool: "write", effect: effect, context)
        #expect(output == ToolOutput("done a"))
        #expect(starts == 2)
        await client.close()
    }

    @Test func aListBehindItsEndStartsItAnew() async throws {
        let client = client()
        try await leave(client)
        let context = ToolContext(idempotencyKey: "key-1", scratchDirectory: scratch.path, log: { _ in })
        let list = MCPResourceTool(.list, MCPCall(client: client, timeout: .seconds(60)))
        #expect(try await list.call([:], context).text.contains("memo://1"))
        #expect(starts == 2)
        await client.close()
    }
}
