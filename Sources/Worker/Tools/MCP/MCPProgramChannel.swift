import JobModel
import Synchronization

/// A server that is a program of ours: one message a line, on its standard input and output.
///
/// The program is guarded like every other: it has a session of its own, inherits no secret and dies with the worker.
final class MCPProgramChannel: MCPChannel {
    /// How long the program has to end by itself when its input has ended.
    static let farewell: Duration = .seconds(2)
    /// How much of its standard error people see.
    static let loggedBytes = 64 << 10

    private typealias Waiter = CheckedContinuation<JSONValue, any Error>

    private struct State {
        var reader: MCPLineReader
        var exchange: MCPExchange
        var waiters: [Int64: Waiter] = [:]
        /// Why nothing can be asked any more.
        var end: MCPError?
        var run: Task<Void, Never>?
    }

    private let state: Mutex<State>
    private let input: InputPipe
    private let ears: MCPEars
    private let clock: any Clock<Duration>

    /// Starts the program.
    ///
    /// - Parameter maximumBytes: The largest message that is taken.
    /// - Throws: `ToolsError` when the pipe to it cannot be made.
    static func start(
        _ program: Program,
        runner: ProgramRunner,
        maximumBytes: Int,
        clock: any Clock<Duration>,
        ears: MCPEars
    ) throws(ToolsError) -> MCPProgramChannel {
        let input = try InputPipe(in: program.scratchDirectory, clock: clock)
        let channel = MCPProgramChannel(input: input, maximumBytes: maximumBytes, clock: clock, ears: ears)
        var program = program
        program.inputFile = input.path
        program.limits.loggedBytes = loggedBytes
        // It ends with its attempt, which has a limit of its own.
        program.limits.time = .seconds(365 * 86_400)
        let run = Task { [program] in
            let reason: MCPError
            do {
                let result = try await runner.run(
                    program,
                    onLine: { ears.note($0.text) },
                    onOutput: { channel.received($0) }
                )
                reason = Self.reason(of: result)
            } catch let error as ToolsError {
                reason = error.nothingHappened ? .unreachable("\(error)") : .lost("\(error)")
            } catch {
                reason = .lost("the server was ended")
            }
            channel.ended(reason)
        }
        channel.state.withLock { $0.run = run }
        return channel
    }

    private init(input: InputPipe, maximumBytes: Int, clock: any Clock<Duration>, ears: MCPEars) {
        self.input = input
        self.ears = ears
        self.clock = clock
        state = Mutex(
            State(
                reader: MCPLineReader(maximumBytes: maximumBytes),
                exchange: MCPExchange(maximumBytes: maximumBytes)
            )
        )
    }

    // MARK: Asking

    func result(of request: MCPRequest) async throws -> JSONValue {
        let id = try state.withLock { state in
            // Whoever comes after the end has lost nothing.
            if let end = state.end { throw Self.reason(behind: end) }
            return state.exchange.begin()
        }
        let alarm = Task { [clock] in
            // Cancelled as soon as the answer is there.
            guard (try? await clock.sleep(for: request.timeout)) != nil else { return }
            giveUp(id, MCPError.timedOut(request.timeout), because: "no answer within \(request.timeout)")
        }
        defer { alarm.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in wait(id, waiter, for: request) }
        } onCancel: {
            giveUp(id, CancellationError(), because: "the job was stopped")
        }
    }

    private func wait(_ id: Int64, _ waiter: Waiter, for request: MCPRequest) {
        let (isPending, end) = state.withLock { state in
            guard state.exchange.pending.contains(id) else { return (false, state.end) }
            state.waiters[id] = waiter
            return (true, nil)
        }
        guard isPending else {
            // Given up, or the server ended, before anything was sent.
            let reason = end.map(Self.reason(behind:)) ?? .unreachable("the request was given up before it was sent")
            waiter.resume(throwing: Task.isCancelled ? CancellationError() : reason)
            return
        }
        let bytes = MCPMessage.encoded(id: id, method: request.method, params: request.params)
        guard !input.send(bytes + [UInt8(ascii: "\n")]) else { return }
        take(id)?.resume(throwing: MCPError.unreachable("the server does not read what it is sent"))
    }

    func notify(_ method: String, _ params: JSONObject) async {
        // One that is not read is missed by nobody.
        _ = input.send(MCPMessage.encoded(id: nil, method: method, params: params) + [UInt8(ascii: "\n")])
    }

    func agreed(on version: MCPVersion) {}

    func listen(_ request: MCPRequest?) {
        guard let request else { return }
        let id = state.withLock { $0.exchange.begin() }
        // Its answer, when the server ends the subscription, is waited for by nobody.
        _ = input.send(
            MCPMessage.encoded(id: id, method: request.method, params: request.params) + [UInt8(ascii: "\n")]
        )
        state.withLock { _ = $0.exchange.gaveUp(id) }
    }

    // MARK: What comes in

    private func received(_ bytes: [UInt8]) {
        let actions = state.withLock { state in
            state.reader.take(bytes).flatMap { state.exchange.received($0) }
        }
        for action in actions { perform(action) }
    }

    private func perform(_ action: MCPExchange.Action) {
        switch action {
        case .answer(let id, let result): waiter(of: id)?.resume(returning: result)
        case .fail(let id, let error): waiter(of: id)?.resume(throwing: error)
        case .reply(let bytes): _ = input.send(bytes + [UInt8(ascii: "\n")])
        case .tell(let method, let params): ears.heard(method, params)
        case .note(let text): ears.note(text)
        case .giveUp(let reason):
            ended(.lost(reason))
            state.withLock { $0.run }?.cancel()
        }
    }

    private func waiter(of id: Int64) -> Waiter? { state.withLock { $0.waiters.removeValue(forKey: id) } }

    private func take(_ id: Int64) -> Waiter? {
        state.withLock { state in
            guard state.exchange.gaveUp(id) else { return nil }
            return state.waiters.removeValue(forKey: id)
        }
    }

    private func giveUp(_ id: Int64, _ error: any Error, because reason: String) {
        guard let waiter = take(id) else { return }
        _ = input.send(
            MCPMessage.encoded(
                id: nil,
                method: "notifications/cancelled",
                params: ["requestId": .integer(id), "reason": .string(reason)]
            ) + [UInt8(ascii: "\n")]
        )
        waiter.resume(throwing: error)
    }

    // MARK: The end

    private static func reason(of result: ProgramResult) -> MCPError {
        if case .notStarted(let reason) = result.ending { return .unreachable("the server was not started: \(reason)") }
        let words = result.errorOutput.suffix(1_000)
        return .lost("the server \(result.ending)" + (words.isEmpty ? "" : "; it said: \(words)"))
    }

    /// What a request meets that comes behind the end: it was not sent.
    private static func reason(behind end: MCPError) -> MCPError {
        // One that could not be started cannot be started anew either.
        if case .unreachable = end { end } else { .gone(end.description) }
    }

    private func ended(_ reason: MCPError) {
        let waiters = state.withLock { state -> [Waiter] in
            if state.end == nil { state.end = reason }
            _ = state.exchange.ended()
            defer { state.waiters = [:] }
            return state.waiters.keys.sorted().compactMap { state.waiters[$0] }
        }
        for waiter in waiters { waiter.resume(throwing: reason) }
    }

    func close() async {
        input.close()
        guard let run = state.withLock({ $0.run }) else { return }
        let alarm = Task { [clock] in
            guard (try? await clock.sleep(for: Self.farewell)) != nil else { return }
            run.cancel()
        }
        await run.value
        alarm.cancel()
    }
}
