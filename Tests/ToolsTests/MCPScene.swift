import HTTPTransport
import JobModel
import Models
import Synchronization
import TestSupport
import Tools

/// An MCP server of the tests' own, and the way to it.
struct MCPScene {
    let scratch: Scratch
    let source: MCPToolSource
    private let lines: Lines

    /// A text that the connection hides.
    static let secret = "s3cret-value"

    /// What the server and the client said to the job's log.
    final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func add(_ line: String) { kept.withLock { $0.append(line) } }
    }

    /// A server that is a program.
    ///
    /// - Parameters:
    ///   - options: Those of `Tests/Servers/mcp_server.py`.
    ///   - clock: Measures the limits; by default one on which none is ever reached.
    init(
        _ options: [String] = [],
        _ selection: MCPSelection = MCPSelection(),
        clock: any Clock<Duration> = ManualClock(),
        forms: MCPForms = MCPForms(),
        _ change: (inout MCPServer) -> Void = { _ in }
    ) {
        let scratch = Scratch()
        var server = MCPServer(
            name: "test",
            place: .program(
                arguments: ["python3", Self.program, "--log", scratch.path + "/log"] + options,
                environment: ["TOKEN": Self.secret],
                directory: nil
            )
        )
        server.secrets = [Self.secret]
        change(&server)
        self.init(server, selection, clock: clock, scratch, forms)
    }

    private init(
        _ server: MCPServer,
        _ selection: MCPSelection,
        clock: any Clock<Duration>,
        _ scratch: Scratch,
        _ forms: MCPForms = MCPForms()
    ) {
        let lines = Lines()
        self.lines = lines
        self.scratch = scratch
        source = MCPToolSource(
            server,
            selection,
            runner: ProgramRunner(),
            room: ToolServerRoom(scratchDirectory: scratch.path, log: { lines.add($0) }),
            forms: forms,
            clock: clock
        )
    }

    /// A server on the web, with the process that it is.
    static func web(
        _ options: [String] = [],
        token: String = "let-me-in",
        log: String
    ) async -> (scene: MCPScene, process: ChildProcess) {
        let process = ChildProcess(["python3", program, "--http", "--log", log] + options)
        let port = await process.line { $0.hasPrefix("port ") }?.dropFirst(5) ?? ""
        let server = MCPServer(
            name: "test",
            place: .web(
                MCPWebAddress(
                    url: "http://127.0.0.1:\(port)/mcp",
                    headers: ["Authorization": "Bearer \(token)"],
                    policy: .any
                )
            )
        )
        return (MCPScene(server, MCPSelection(), clock: ContinuousClock(), Scratch()), process)
    }

    static var program: String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
            + "/Servers/mcp_server.py"
    }

    /// What the job's log says.
    var log: [String] { lines.all }

    /// What the server was asked, in turn.
    func asked(_ path: String? = nil) -> [String] {
        ProcessTree.text(path ?? scratch.path + "/log").split(separator: "\n").map(String.init)
    }

    /// Waits until the server was asked this.
    func untilAsked(_ line: String) async { while !asked().contains(line) { await Task.yield() } }

    func listedTools() async throws -> [any Tool] { source.tools(in: try await source.list()) }

    func tool(_ name: String) async throws -> any Tool {
        guard let tool = try await listedTools().first(where: { $0.definition.name == name }) else {
            throw Missing(name: name)
        }
        return tool
    }

    struct Missing: Error { let name: String }

    /// Lists the tools and calls one.
    func call(_ name: String, _ arguments: JSONValue = [:], key: String = "key-1") async throws -> ToolOutput {
        try await tool(name).call(arguments, context(key))
    }

    func context(_ key: String = "key-1") -> ToolContext {
        ToolContext(idempotencyKey: key, scratchDirectory: scratch.path, log: lines.add)
    }
}
