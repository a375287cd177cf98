import Checkpoints
package import JobModel
import Models
import Storage
import Synchronization
import Tools
import Workflow

/// What a handler has, to run one attempt of a job: steps, models, agents, sleep and people.
///
/// Everything is taken from its checkpoint where one exists. A step is the same when the handler, the job's input, and the
/// step's name, number, input and effect are.
package final class CodeContext: Sendable {
    /// The step whose code runs in the task.
    @TaskLocal private static var running: String?

    private let context: JobContext
    private let kit: CodeKit
    /// Runs its agents, which share their files.
    private let program: AgentProgram
    /// What the fingerprints of all steps chain on.
    private let origin: Fingerprint
    private let names = Mutex(CodeNames())
    private let calls = OpenCalls()
    private let ownTask: Int?

    /// - Parameter input: The job's.
    private init(_ context: JobContext, _ kit: CodeKit, handler: String, input: JSONValue) {
        self.context = context
        self.kit = kit
        program = AgentProgram(context: context, kit: kit.agents)
        origin = Fingerprint(kind: .step, request: ["handler": .string(handler), "input": input], after: nil)
        ownTask = Self.task
    }

    /// Runs a handler in the present task.
    static func run(
        _ handler: WorkerCode.Handler,
        named name: String,
        input: JSONValue,
        in context: JobContext,
        _ kit: CodeKit
    ) async throws -> JSONValue {
        let own = CodeContext(context, kit, handler: name, input: input)
        do {
            let output = try await handler(input, own)
            if let end = own.calls.end { throw end }
            try await own.program.keepFiles()
            return output
        } catch {
            if let end = own.calls.end { throw end }
            throw (error as? CodeFailure)?.failure ?? error
        }
    }

    /// Which task runs, as long as it runs.
    private static var task: Int? { withUnsafeCurrentTask { $0?.hashValue } }

    package var run: Int64 { context.job.run.rawValue }
    package var job: String { context.job.name }
    package var attempt: Int { context.job.attempt }

    /// Writes to the job's log.
    package func log(_ text: String) { context.log.write(.stdout, text) }

    private func position(of name: String) throws(JobFailure) -> StepPosition {
        if let running = Self.running {
            throw JobFailure(
                code: "step-nested",
                message: "\(name) was begun inside of the step \(running), which is recorded as a whole; "
                    + "begin it before or after",
                isPermanent: true
            )
        }
        let isInOwnTask = Self.task == ownTask
        return try names.withLock { names throws(JobFailure) in
            try names.position(of: name, isInOwnTask: isInOwnTask)
        }
    }

    private func step(
        at position: StepPosition,
        _ name: String,
        _ request: JSONValue,
        effect: Effect = .none
    ) -> StepRequest {
        StepRequest(
            position: position,
            fingerprint: Fingerprint(kind: .step, request: request, after: origin),
            kind: .step,
            name: name,
            effect: effect,
            isPaid: false
        )
    }

    /// Runs a step, or takes its result from the checkpoint.
    ///
    /// - Parameters:
    ///   - input: What decides its result besides the job's input.
    ///   - unknown: What becomes of it when its effect is once and its outcome is unknown.
    ///   - body: It is given the idempotency key.
    package func step(
        _ name: String,
        input: JSONValue,
        effect: Effect,
        unknown: UnknownPolicy,
        _ body: @Sendable (String) async throws -> JSONValue
    ) async throws -> JSONValue {
        var step = step(
            at: try position(of: name),
            name,
            ["step": .string(name), "input": input, "effect": .string(effect.rawValue)],
            effect: effect
        )
        step.unknown = unknown
        step.evidence = input
        return try await calls.call { [step] in
            do {
                return try await context.steps.run(step) { calls in
                    context.steps.answerBegins(of: step.position)
                    do {
                        return StepResult(
                            value: try await Self.$running.withValue(name) { try await body(calls.idempotencyKey) }
                        )
                    } catch {
                        throw CodeFailure.step(error)
                    }
                }.value
            } catch let error as StepFailure {
                // The code catches what it has thrown.
                throw CodeFailure(error.failure, nothingHappened: error.unknownCalls == 0)
            }
        }
    }

    /// Parks the job until so long after this was first asked for.
    package func sleep(for length: Duration, name: String) async throws {
        let step = step(at: try position(of: name), name, ["sleep": .string(name)])
        try await calls.call {
            let begin = try await context.steps.run(step) { _ in
                StepResult(value: .integer(try await self.kit.clock.now().rawValue))
            }
            let length = max(.zero, min(length, .longestWritten))
            guard let end = begin.value.integerValue.map({ $0 + length.wholeMicroseconds }) else {
                throw JobFailure(code: "store", message: "the checkpoint of \(name) is no time", isPermanent: true)
            }
            guard try await kit.clock.now().rawValue < end else { return }
            throw Suspension(
                waitsFor: .time,
                until: .at(microseconds: end),
                detail: "\(name) until \(Timestamp(rawValue: end))"
            )
        }
    }

    /// What people decided about a question, and who did.
    ///
    /// - Parameter form: The JSON Schema of what they fill in; nil for nothing.
    /// - Returns: An object with `approved`, `by`, `form` and `reason`.
    package func approval(
        _ name: String,
        message: String,
        show: JSONValue,
        form: JSONValue?,
        terms: ApprovalTerms
    ) async throws -> JSONValue {
        if let form { try Self.check(form: form, of: name) }
        let request: JSONValue = ["message": .string(message), "show": show, "form": form ?? .null]
        let step = step(at: try position(of: name), name, ["approval": request])
        return try await calls.call {
            let step = try context.steps.placed(step)
            if let outcome = try await context.steps.replayed(step) { return outcome.value }
            let approval = try await context.approvals.decision(
                on: .gate(message, request, terms, position: step.position.description, step.fingerprint)
            )
            return try await context.steps.run(step) { _ in StepResult(value: approval.gateOutput) }.value
        }
    }

    /// What people fill in could not be checked, and so nobody could answer.
    private static func check(form: JSONValue, of name: String) throws(JobFailure) {
        do {
            _ = try JSONSchema(form)
        } catch {
            throw JobFailure(
                code: "form-invalid",
                message: "the form of the approval \(name) cannot be used: \(error)",
                isPermanent: true
            )
        }
    }

    /// Asks a model.
    ///
    /// - Parameter fields: As in a job of the kind llm, without its prompt and instructions.
    package func model(
        _ name: String,
        _ fields: JSONObject,
        prompt: String,
        instructions: String?
    ) async throws -> JSONValue {
        let llm = try AgentFields.llm(fields)
        return try await inside(name, "model") { position, fingerprint in
            try await LLMProgram(context: context, kit: kit.agents)
                .run(llm, [.text(prompt)], instructions: instructions, inside: position, after: fingerprint)
        }
    }

    /// Runs an agent.
    ///
    /// - Parameter fields: As in a job of the kind agent, without its prompt and instructions.
    package func agent(
        _ name: String,
        _ fields: JSONObject,
        prompt: String,
        instructions: String?
    ) async throws -> JSONValue {
        let agent = try AgentFields.agent(fields)
        for case .tool(let tool) in agent.tools where kit.agents.toolbox.code[tool.name] == nil {
            throw JobFailure(
                code: "agent-invalid",
                message: "this worker has no tool \(tool.name); register it",
                isPermanent: true
            )
        }
        return try await inside(name, "agent") { position, fingerprint in
            try await program.run(
                agent,
                prompt: .user(prompt),
                instructions: instructions,
                inside: position,
                after: fingerprint
            )
        }
    }

    /// Does what is many steps, each in a position inside of the named one.
    private func inside(
        _ name: String,
        _ what: String,
        _ body: @Sendable (StepPosition, Fingerprint) async throws -> JSONValue
    ) async throws -> JSONValue {
        let position = try position(of: name)
        let fingerprint = Fingerprint(kind: .step, request: [what: .string(name)], after: origin)
        return try await calls.call {
            let value: JSONValue
            do {
                value = try await body(position, fingerprint)
            } catch let error where error is StepFailure || error is JobFailure {
                try await context.steps.checkOutcomes(inside: position)
                throw (error as? StepFailure)?.failure ?? error
            }
            try await context.steps.checkOutcomes(inside: position)
            return value
        }
    }
}
