import Checkpoints
import Digests
import JobModel
import Models
import Storage
import Tools
import Workflow

/// What people decide within a conversation.
extension Conversation {
    /// What became of an output that people were shown.
    enum Review: Sendable {
        /// It is good, perhaps as they have changed it.
        case good(JSONValue)
        /// The model is to go on with this.
        case changes(String)
    }

    /// Has people look at an output, where a rule says so.
    ///
    /// What they said is recorded as a step, so that it is asked once.
    ///
    /// - Parameter number: The how manieth output it is.
    /// - Throws: `Suspension` while they have not; `JobFailure` when they deny it.
    func review(_ output: JSONValue, number: Int, after turn: Fingerprint?) async throws -> Review {
        guard let gate, gate.rules.contains(where: { $0.subject == .output }) else { return .good(output) }
        let request: (JSONValue) -> JSONValue = { ["output": $0, "schema": self.schema?.value ?? .null] }
        var step = StepRequest(
            position: place(try .step(named: "review", occurrence: number)),
            fingerprint: Fingerprint(kind: .step, request: ["review": output], after: turn),
            kind: .step,
            name: "review",
            effect: .none,
            isPaid: false
        )
        step = try context.steps.placed(step)
        let said: JSONValue
        if let outcome = try await context.steps.replayed(step) {
            said = outcome.value
        } else {
            guard let rule = gate.rule(forOutput: output, spent: context.steps.spent) else { return .good(output) }
            let spent = context.steps.spent
            let decision = try await gate.decision(
                on: ApprovalStore.Question(
                    kind: .output,
                    position: step.position.description,
                    fingerprint: step.fingerprint.digest.bytes,
                    title: "output of \(context.job.name)",
                    request: request(output),
                    digest: ApprovalDigest.of(.output, request(output)),
                    terms: rule.terms
                ),
                about: output,
                asking: request,
                under: { gate.rule(forOutput: $0, spent: spent) }
            )
            let value = try Self.saying(of: decision.approval, about: decision.subject)
            said = try await context.steps.run(step) { _ in StepResult(value: value) }.value
        }
        if let text = said["changes"]?.stringValue { return .changes(text) }
        return .good(said["output"] ?? output)
    }

    private static func saying(of approval: Approval, about output: JSONValue) throws(JobFailure) -> JSONValue {
        switch approval.state {
        case .approved: return ["output": approval.proposal ?? output, "by": .string(approval.decider)]
        case .changes:
            let text = approval.reason ?? "please look at it again"
            return ["changes": .string("\(approval.decider) asks for changes to your answer: \(text)")]
        case .open, .denied, .expired, .happened, .notHappened, .failed, .withdrawn:
            throw JobFailure(
                code: "approval-denied",
                message: "the output was not approved: \(approval.denial)",
                isPermanent: true
            )
        }
    }

    /// Answers a question of the model's.
    ///
    /// - Throws: `Suspension` while nobody has.
    func answer(
        to arguments: JSONValue,
        by tool: AskTool,
        step: StepRequest
    ) async throws -> StepResult {
        guard let gate else { preconditionFailure("an agent that asks has a gate") }
        if let fault = tool.fault(in: arguments) { return Self.result(fault, isError: true) }
        let request: JSONValue = [
            "question": arguments["question"] ?? .null, "choices": arguments["choices"] ?? .null,
        ]
        let approval = try await gate.desk.decision(
            on: ApprovalStore.Question(
                kind: .question,
                position: step.position.description,
                fingerprint: step.fingerprint.digest.bytes,
                title: String((arguments["question"]?.stringValue ?? "").prefix(200)),
                request: request,
                digest: ApprovalDigest.of(.question, request),
                terms: tool.terms
            )
        )
        guard approval.state == .approved else {
            return Self.result("The question was not answered: \(approval.denial).", isError: true)
        }
        return Self.result(approval.proposal?.rendered ?? "yes", isError: false)
    }

    /// What a tool's step records.
    static func result(_ text: String, isError: Bool) -> StepResult {
        StepResult(value: ["text": .string(text), "is_error": .bool(isError)])
    }
}
