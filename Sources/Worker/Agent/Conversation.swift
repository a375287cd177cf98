import Checkpoints
import JobModel
import Models
import Storage
import Tools
import Workflow

/// Carries out what the agent's state machine says: asks the model and makes tool calls, each as a step of the job.
struct Conversation: Sendable {
    let context: JobContext
    let caller: ModelCaller
    /// Another model that is asked from a turn on, in a fork.
    var change: ModelChange?
    /// What the model may call in each turn.
    let offered: AgentTools
    /// What it may call in this turn.
    var tools: [any Tool] = []
    let schema: JSONSchema?
    let temperature: Double?
    let maximumOutputTokens: Int?
    var reasoning: ReasoningLevel?
    /// Whether a provider that takes money for it keeps the beginning of the conversation.
    var keepsPrompt = false
    /// Reads the files that messages refer to.
    let files: RequestFiles
    /// Where the model's calls are given to batches; nil asks at once.
    var batches: BatchStore?
    /// Which calls and outputs people decide about; nil decides nothing.
    var gate: CallGate?
    /// By the names of the tools, or those for a server's, what becomes of calls whose outcome is unknown.
    var unknown: [String: UnknownPolicy] = [:]
    /// Where results that are too long to be shown whole are read on.
    let shelf: ResultShelf
    /// The tool call that the agent is, with its fingerprint; nil for a job's own.
    var within: StepPosition?
    var origin: Fingerprint?

    /// From which turn on another model is asked.
    struct ModelChange: Sendable {
        let turn: Int
        let caller: ModelCaller
    }

    private func caller(ofTurn turn: Int) -> ModelCaller {
        guard let change, turn >= change.turn else { return caller }
        return change.caller
    }

    /// Runs the loop to its end.
    ///
    /// - Returns: The output.
    /// - Throws: The `JobFailure` the loop ended with, or what a step threw.
    func run(_ loop: AgentStateMachine) async throws -> JSONValue {
        var current = self
        var offered = offered
        var loop = loop
        var action = loop.begin()
        var previous = origin
        // The last answer as its record holds it.
        var recorded: JSONValue?
        while true {
            switch action {
            case .askModel(let turn, let added):
                current.tools = try await offered.ready(forTurn: turn, after: previous) { tools in
                    var possible = self
                    possible.tools = tools
                    let fingerprint = possible.fingerprint(ofTurn: turn, added: added, after: previous)
                    return try await context.steps.isRecorded(place(.turn(turn)), fingerprint)
                }
                let fingerprint = current.fingerprint(ofTurn: turn, added: added, after: previous)
                let carried = CarriedMessages.json(
                    added,
                    after: turn > 1 ? previous : nil,
                    recorded: recorded
                )
                previous = fingerprint
                let said = try await current.ask(turn: turn, messages: loop.messages, carried, fingerprint)
                recorded = said.recorded
                action = loop.modelAnswered(said.answer)
            case .callTools(let turn, let calls):
                guard let fingerprint = previous else { preconditionFailure("tools are called after a turn") }
                action = loop.toolsAnswered(try await current.call(calls, turn: turn, after: fingerprint))
            case .review(let output, let number):
                switch try await current.review(output, number: number, after: previous) {
                case .good(let output): action = loop.outputApproved(output)
                case .changes(let text): action = loop.changesRequested(text)
                }
            case .finish(let output): return output
            case .fail(let failure): throw failure
            }
        }
    }

    /// The place of one of its steps in the job.
    func place(_ position: StepPosition) -> StepPosition {
        guard let within else { return position }
        do throws(CheckpointError) {
            return try position.inside(within)
        } catch {
            preconditionFailure("turns and calls have no names that could be too long: \(error)")
        }
    }

    /// A turn's own request is what was added since the turn before; the chain covers the rest.
    private func fingerprint(ofTurn turn: Int, added: [ModelMessage], after previous: Fingerprint?) -> Fingerprint {
        let caller = caller(ofTurn: turn)
        var request = request(to: caller, messages: added).fingerprintFields
        if case .object(var fields) = request {
            fields["connection"] = .string(caller.reference.connection)
            if !tools.isEmpty {
                fields["effects"] = .object(
                    JSONObject(tools.map { ($0.definition.name, .string($0.effect.rawValue)) })
                )
            }
            request = .object(fields)
        }
        return Fingerprint(kind: .model, request: request, after: previous)
    }

    private func request(to caller: ModelCaller, messages: [ModelMessage]) -> ModelRequest {
        var request = ModelRequest(model: caller.reference.model, messages: messages, tools: tools.map(\.definition))
        request.temperature = temperature
        request.maximumOutputTokens = maximumOutputTokens
        request.reasoning = reasoning.flatMap { ReasoningEffort(rawValue: $0.rawValue) }
        request.cache.key = "chassis-run-\(context.job.run)"
        request.cache.marksPrefix = keepsPrompt
        if let schema { request.output = OutputSchema(name: "output", schema: schema.value) }
        return request
    }

    private func ask(
        turn: Int,
        messages: [ModelMessage],
        _ carried: JSONValue,
        _ fingerprint: Fingerprint
    ) async throws -> (answer: ModelAnswer, recorded: JSONValue) {
        let caller = caller(ofTurn: turn)
        var step = StepRequest(
            position: place(.turn(turn)),
            fingerprint: fingerprint,
            kind: .model,
            name: caller.name,
            effect: .none,
            isPaid: true,
            charge: { [self] in
                try await caller.charge(
                    for: request(to: caller, messages: messages),
                    context.money,
                    isBatch: batches != nil
                )
            },
            carries: carried,
            mending: mending(ofTurn: turn, fingerprint)
        )
        let admission = caller.admission(of: context.job)
        step.admit = { check in
            try await caller.enter(admission, request(to: caller, messages: messages), check: check)
        }
        let outcome: StepOutcome
        do {
            outcome = try await run(step, caller, messages, admission)
        } catch {
            await admission.leave()
            throw error
        }
        do {
            let answer = try ModelAnswer(json: outcome.value)
            say(answer, turn: turn, isReplayed: outcome.isReplayed)
            return (answer, outcome.value)
        } catch {
            throw JobFailure(
                code: "checkpoint",
                message: "the checkpoint of turn \(turn) does not read as an answer: \(error)"
            )
        }
    }

    private func run(
        _ step: StepRequest,
        _ caller: ModelCaller,
        _ messages: [ModelMessage],
        _ admission: ModelAdmission
    ) async throws -> StepOutcome {
        let steps = context.steps
        let log = context.log
        if let batches {
            let desk = try BatchDesk(batches, caller.first)
            return try await steps.runBatched(step, desk) {
                try desk.body(of: request(to: caller, messages: try await files.load(messages)))
            }
        }
        return try await steps.run(step) { calls in
            let loaded: [ModelMessage]
            do {
                loaded = try await files.load(messages)
            } catch {
                throw StepFailure(failure: JobFailure(code: "store", message: "\(error)"), unknownCalls: 0)
            }
            return try await caller.ask(
                request(to: caller, messages: loaded),
                admission,
                context.money,
                calls: calls,
                log: log
            ) {
                steps.answerBegins(of: step.position)
            }
        }
    }

    /// How the answer of a turn is found in the request of the next one, which repeats it.
    private func mending(ofTurn turn: Int, _ fingerprint: Fingerprint) -> StepRequest.Mending {
        StepRequest.Mending(position: place(.turn(turn + 1))) { carried, _ in
            if let blob = CarriedMessages.blob(in: carried, of: fingerprint) { return .blob(blob) }
            guard let message = CarriedMessages.answer(in: carried, of: fingerprint) else { return nil }
            let answer = ModelAnswer(
                message: message,
                stopReason: message.toolCalls.isEmpty ? .end : .toolCalls,
                usage: nil,
                model: caller(ofTurn: turn).reference.model,
                responseID: nil
            )
            return .inline(answer.json)
        }
    }

    private func say(_ answer: ModelAnswer, turn: Int, isReplayed: Bool) {
        var line = (within.map { "\($0): " } ?? "") + "turn \(turn)" + (isReplayed ? " (replayed)" : "")
        if !isReplayed, let usage = answer.usage { line += ": \(usage.input) tokens read, \(usage.output) written" }
        let calls = answer.message.toolCalls.map(\.name)
        if !calls.isEmpty { line += "; calls \(calls.joined(separator: ", "))" }
        context.log.event(line)
        if !isReplayed, !answer.message.text.isEmpty { context.log.write(.model, answer.message.text) }
    }
}
