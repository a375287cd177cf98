import Checkpoints
import Digests
import Gateway
import JobModel
import Models
import Storage
import Synchronization
import Tools
import Workflow

/// The tools of one attempt of a command job, as its program calls them over MCP.
///
/// A call is a step of the job, with all that this brings: checkpoint, effect, approval, key, outcome unknown. Equal
/// calls are told apart by the order in which they are made; others need no order. What ends an agent's attempt, such
/// as an approval that is waited for, stops the program.
final class ProgramTools: ToolHost, CallJudge {
    private struct State {
        var counts: [Fingerprint: Int] = [:]
        /// The clients that wait for an answer.
        var waiters: [Int: CheckedContinuation<JSONValue?, Never>] = [:]
        var lastWaiter = 0
        /// Calls that are neither answered nor a reason to stop.
        var underWay = 0
        /// Why the program is to be stopped.
        var reasons: [any Error] = []
        /// What the program itself ended with.
        var failure: (any Error)?
        var hasEnded = false
    }

    /// The program is stopped, for the reasons that the state holds.
    private struct Stopped: Error {}

    private let context: JobContext
    private let tools: [any Tool]
    /// By the names of their definitions, what becomes of calls whose outcome is unknown.
    private let unknown: [String: UnknownPolicy]
    private let gate: CallGate?
    private let state = Mutex(State())
    private let work: AsyncStream<@Sendable () async -> Void>
    private let begin: AsyncStream<@Sendable () async -> Void>.Continuation
    private let stops: AsyncStream<Void>
    private let stop: AsyncStream<Void>.Continuation

    init(_ tools: [any Tool], unknown: [String: UnknownPolicy], gate: CallGate?, in context: JobContext) {
        self.tools = tools
        self.unknown = unknown
        self.gate = gate
        self.context = context
        (work, begin) = AsyncStream.makeStream()
        (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Runs a program to its end, or until a call must stop it.
    ///
    /// Calls that it leaves under way come to their end; they are cancelled with the job.
    ///
    /// - Throws: Why it was stopped, or had to be whatever its end; or what `body` threw.
    func serving<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        defer { end() }
        do {
            let value: Value? = try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { [work] in
                    await withDiscardingTaskGroup { calls in
                        for await call in work { calls.addTask { await call() } }
                    }
                    return nil
                }
                group.addTask { [stops] in
                    for await _ in stops { throw Stopped() }
                    return nil
                }
                group.addTask { await self.ended(body) }
                var value: Value?
                while let next = try await group.next() { value = next ?? value }
                return value
            }
            // A program that ended well although a call had to wait was not stopped in time.
            if let value, reason == nil { return value }
        } catch is Stopped {
            // The reasons say more.
        }
        let failure = state.withLock { $0.failure }
        // What no attempt can mend waits for nobody.
        if let failure = failure as? JobFailure, failure.isPermanent, reason is Suspension { throw failure }
        throw reason ?? failure ?? CancellationError()
    }

    /// Runs the program; nil when it failed, which is noted.
    private func ended<Value: Sendable>(_ body: @Sendable () async throws -> Value) async -> Value? {
        defer {
            begin.finish()
            stop.finish()
        }
        do {
            return try await body()
        } catch {
            state.withLock { $0.failure = error }
            return nil
        }
    }

    /// What goes on without people goes on first.
    private var reason: (any Error)? {
        let reasons = state.withLock { $0.reasons }
        return reasons.first { !($0 is Suspension) } ?? Suspension(joining: reasons.compactMap { $0 as? Suspension })
    }

    private func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: nil) }
    }

    // MARK: Calls

    func list() async throws -> [JSONValue] {
        tools.map { tool in
            [
                "name": .string(tool.definition.name), "description": .string(tool.definition.description),
                "inputSchema": tool.definition.parameters,
            ]
        }
    }

    func call(_ name: String, _ arguments: JSONValue) async throws -> JSONValue {
        guard let tool = tools.first(where: { $0.definition.name == name }) else {
            let known = tools.map(\.definition.name).joined(separator: ", ")
            throw GatewayRefusal(.notFound, "there is no tool \(name.prefix(100)); there are \(known)")
        }
        return try await answer { [self] in
            let outcome = try await outcome(of: try step(tool, arguments), arguments, tool)
            return [
                "content": [["type": "text", "text": outcome.value["text"] ?? ""]],
                "isError": outcome.value["is_error"] ?? true,
            ]
        }
    }

    func verdict(on call: JudgedCall) async throws -> JudgedCall.Verdict {
        if call.kind == .unknown {
            let answer = try await answer { [self] in try await said(about: call).json }
            return JudgedCall.Verdict(json: answer) ?? .denied("nobody could be asked")
        }
        guard let gate else { return .pass(nil) }
        let answer = try await answer { [self] in try await gate.verdict(on: call, spent: try await spent(gate)).json }
        return JudgedCall.Verdict(json: answer) ?? .denied("nobody could be asked")
    }

    /// What a person says about a named step that may have happened.
    private func said(about call: JudgedCall) async throws -> JudgedCall.Verdict {
        guard let position = call.position, let fingerprint = Fingerprint(hex: call.key.hex) else {
            return .denied("the gateway does not say which step it asks about")
        }
        var step = StepRequest(
            position: position,
            fingerprint: fingerprint,
            kind: .step,
            name: call.name,
            effect: call.effect,
            isPaid: false
        )
        // For people; the step itself is told by its fingerprint.
        step.evidence = context.steps.redacted(call.arguments)
        let attempts = try await context.steps.attempts(at: step)
        guard !attempts.isEmpty else {
            // It may have been said since the gateway learned of the step, which then is none that may have happened.
            if try await context.steps.isDismissed(step) { return .pass(nil) }
            throw context.steps.outcomeUnknown(of: step, "nothing is known of who began it; see what happened, then")
        }
        guard let result = try await context.steps.said(about: step, attempts) else { return .pass(nil) }
        return .happened(result)
    }

    /// Has something done that belongs to the job, and ends with it; who asks only waits.
    private func answer(_ work: @escaping @Sendable () async throws -> JSONValue) async throws -> JSONValue {
        let answer = await withCheckedContinuation { continuation in
            let waiter = state.withLock { state -> Int? in
                guard !state.hasEnded else { return nil }
                state.lastWaiter += 1
                state.waiters[state.lastWaiter] = continuation
                state.underWay += 1
                return state.lastWaiter
            }
            guard let waiter else { return continuation.resume(returning: nil) }
            begin.yield { await self.carryOut(work, for: waiter) }
        }
        guard let answer else { throw GatewayRefusal(.stopped, "the job does not go on here") }
        return answer
    }

    /// Does it; what is a reason to stop leaves its client waiting until the program has ended.
    private func carryOut(_ work: @Sendable () async throws -> JSONValue, for waiter: Int) async {
        do {
            let value = try await work()
            let continuation = state.withLock { $0.waiters.removeValue(forKey: waiter) }
            continuation?.resume(returning: value)
            answered(nil)
        } catch {
            answered(error)
        }
    }

    /// A call has an answer, or is a reason to stop; the program is stopped when no other call is under way.
    private func answered(_ reason: (any Error)?) {
        let stops = state.withLock { state in
            state.underWay -= 1
            if let reason { state.reasons.append(reason) }
            return state.underWay == 0 && !state.reasons.isEmpty
        }
        if stops { stop.yield() }
    }

    /// What the program's calls have cost, where a rule asks for that.
    private func spent(_ gate: CallGate) async throws -> MicroDollars? {
        gate.asksForCost ? try await context.steps.spentByProgram() : .zero
    }

    private func step(_ tool: any Tool, _ arguments: JSONValue) throws -> StepRequest {
        let name = tool.definition.name
        let fingerprint = Fingerprint(
            kind: .tool,
            request: ["tool": .string(name), "arguments": arguments, "effect": .string(tool.effect.rawValue)],
            after: nil
        )
        let number = state.withLock { state in
            state.counts[fingerprint, default: 0] += 1
            return state.counts[fingerprint, default: 1]
        }
        // Calls may come in another order than before, so what tells them apart is in the name of the position.
        var step = StepRequest(
            position: try .step(named: "tool/\(name)/\(fingerprint.hex.prefix(10))", occurrence: number),
            fingerprint: fingerprint,
            kind: .tool,
            name: name,
            effect: tool.effect,
            isPaid: false
        )
        step.isToolCall = true
        step.evidence = arguments
        step.unknown = tool.policy(among: unknown)
        return try context.steps.placed(step)
    }

    /// The outcome of a call: from its checkpoint, or after people have approved it where a rule says so.
    private func outcome(of step: StepRequest, _ arguments: JSONValue, _ tool: any Tool) async throws -> StepOutcome {
        if let outcome = try await context.steps.replayed(step) { return outcome }
        guard let gate else { return try await perform(step, arguments, tool) }
        var step = step
        switch try await gate.verdict(on: arguments, for: tool, step: step, spent: try await spent(gate)) {
        case .pass(let pass):
            step.approval = pass.spending
            step.evidence = pass.arguments
            return try await perform(step, pass.arguments, tool)
        case .refused(let text):
            // Nothing is done.
            step.effect = .none
            return try await context.steps.run(step) { _ in Conversation.result(text, isError: true) }
        }
    }

    private func perform(_ step: StepRequest, _ arguments: JSONValue, _ tool: any Tool) async throws -> StepOutcome {
        let name = tool.definition.name
        let context = context
        return try await context.steps.run(step) { calls in
            try context.scratch.make()
            context.steps.answerBegins(of: step.position)
            let output = try await tool.call(
                arguments,
                ToolContext(
                    idempotencyKey: calls.idempotencyKey,
                    scratchDirectory: context.scratch.path,
                    log: { context.log.write(.stdout, "\(name): \($0)") }
                )
            )
            return Conversation.result(output.text, isError: output.isError)
        }
    }
}
