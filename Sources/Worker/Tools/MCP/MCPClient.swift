import HTTPTransport
import JobModel
import Synchronization

/// An attempt's way to one MCP server: connects when it is first needed, and again, a few times, when the server dies.
actor MCPClient {
    /// How often a server is started, or connected to, for one attempt.
    static let maximumStarts = 4

    /// How much of what a server says besides its answers is logged.
    static let maximumLoggedBytes = 128 << 10

    nonisolated let server: MCPServer
    private let runner: ProgramRunner
    private let http: HTTPClient
    private let clock: any Clock<Duration>
    private let room: ToolServerRoom
    private let changes = Mutex(Changes())
    private let loggedBytes = Mutex(MCPClient.maximumLoggedBytes)

    private var connecting: Task<MCPSession, any Error>?
    private var starts = 0
    private var isClosed = false
    private let forms: MCPForms
    /// Whether the server is being asked what it may not know.
    private let isProbing = Mutex(false)

    private struct Changes {
        var areTold = false
        var isNew = false
    }

    init(
        _ server: MCPServer,
        runner: ProgramRunner,
        room: ToolServerRoom,
        forms: MCPForms = MCPForms(),
        http: HTTPClient = .shared,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.forms = forms
        self.server = server
        self.runner = runner
        self.room = room
        self.http = http
        self.clock = clock
    }

    /// Whether the server's tools may be others than when they were last listed: it said so, or was not asked since it
    /// was connected to.
    nonisolated var hasChanged: Bool { changes.withLock { $0.areTold || $0.isNew } }

    /// What is listed from now on is not older than now.
    nonisolated func willList() { changes.withLock { $0 = Changes() } }

    /// The server, connected.
    ///
    /// - Throws: `MCPError.unreachable`, or `CancellationError`.
    func session() async throws -> MCPSession {
        if let connecting { return try await value(of: connecting) }
        guard !isClosed else { throw MCPError.unreachable("the attempt has ended") }
        guard starts < Self.maximumStarts else {
            throw MCPError.unreachable("\(server.name) ended \(starts) times in this attempt and is not started again")
        }
        starts += 1
        let task = Task { try await connect() }
        connecting = task
        do {
            return try await value(of: task)
        } catch {
            if connecting == task { connecting = nil }
            throw error
        }
    }

    /// Reads something from the server; from a new one where the present one turns out to have ended before it was asked.
    nonisolated func read<Value>(_ body: (MCPSession) async throws -> Value) async throws -> Value {
        var repeats = 0
        while true {
            let session = try await session()
            do {
                return try await body(session)
            } catch MCPError.gone where repeats < MCPCall.maximumRepeats {
                repeats += 1
                await broke(session)
            }
        }
    }

    /// Lets go of a session that broke; whoever comes next gets a new one.
    func broke(_ session: MCPSession) async {
        guard let connecting, case .success(let current)? = await finished(connecting), current === session,
            // Another call may have let go of it during the wait, and a third one connected anew.
            self.connecting == connecting
        else { return }
        self.connecting = nil
        await session.close()
    }

    /// Ends the connection and what was started for it.
    func close() async {
        isClosed = true
        guard let connecting else { return }
        connecting.cancel()
        self.connecting = nil
        if case .success(let session) = await connecting.result { await session.close() }
    }

    private func finished(_ task: Task<MCPSession, any Error>) async -> Result<MCPSession, any Error>? {
        await task.result
    }

    private func value(of task: Task<MCPSession, any Error>) async throws -> MCPSession {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    // MARK: Connecting

    private func connect() async throws -> MCPSession {
        let session: MCPSession
        let form = form
        // Servers from before answer the question with pages of complaints; why one ends is told without them.
        isProbing.withLock { $0 = form == .either }
        defer { isProbing.withLock { $0 = false } }
        do {
            session = try await greet(form)
        } catch is MCPGreeting.NeedsHandshake {
            session = try await greet(.handshake)
        }
        if form == .either { forms.learn(server.name, needsHandshake: !session.version.isStateless) }
        changes.withLock { $0.isNew = true }
        session.listenForChanges()
        return session
    }

    private var form: MCPGreeting.Form {
        switch server.form {
        case .stateless: .stateless
        case .handshake: .handshake
        case .either: forms.needsHandshake(server.name) ? .handshake : .either
        }
    }

    private func greet(_ form: MCPGreeting.Form) async throws -> MCPSession {
        let channel = try await channel()
        do {
            return try await MCPGreeting(channel: channel).session(form)
        } catch {
            await channel.close()
            switch error {
            case is MCPGreeting.NeedsHandshake, is CancellationError: throw error
            // Nothing but a greeting was sent.
            case let error as MCPError: throw MCPError.unreachable(server.redacted(error.description))
            default: throw MCPError.unreachable(server.redacted("\(error)"))
            }
        }
    }

    private func channel() async throws -> any MCPChannel {
        let ears = MCPEars(
            heard: { [weak self] method, params in self?.heard(method, params) },
            note: { [weak self] in self?.note($0) }
        )
        switch server.place {
        case .web(let address):
            return MCPWebChannel(address, client: http, maximumBytes: server.maximumBytes, clock: clock, ears: ears)
        case .program(let arguments, let environment, let directory):
            try room.prepare()
            var program = Program(
                arguments: arguments,
                environment: environment,
                scratchDirectory: room.scratchDirectory,
                workingDirectory: directory
            )
            program.limits.openFiles = 1024
            return try MCPProgramChannel.start(
                program,
                runner: runner,
                maximumBytes: server.maximumBytes,
                clock: clock,
                ears: ears
            )
        }
    }

    private nonisolated func heard(_ method: String, _ params: JSONValue) {
        switch method {
        case "notifications/tools/list_changed": changes.withLock { $0.areTold = true }
        case "notifications/progress":
            let share = [params["progress"], params["total"]].compactMap { $0?.text() }.joined(separator: " of ")
            note([share, params["message"]?.stringValue].compactMap { $0 }.joined(separator: ", "))
        case "notifications/message":
            note(params["data"].map { $0.stringValue ?? $0.text() } ?? "")
        default: break
        }
    }

    /// Tells people a line of the server's, as long as it does not say too much.
    nonisolated func note(_ text: String) {
        if isProbing.withLock({ $0 }) { return }
        let left = loggedBytes.withLock { left in
            defer { left -= text.utf8.count + 1 }
            return left
        }
        if left > 0 { room.log("\(server.name): \(server.redacted(text))") }
        guard left > 0, left <= text.utf8.count + 1 else { return }
        room.log("\(server.name): [what it says beyond \(Self.maximumLoggedBytes) bytes is not logged]")
    }
}
