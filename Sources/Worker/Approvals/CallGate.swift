import Checkpoints
import Digests
import JobModel
import Models
import Storage
import Tools
import Workflow

/// Decides which calls of an agent's tools need people's approval, and asks for it.
struct CallGate: Sendable {
    /// Under which approval a call is made, and with which arguments.
    struct Pass: Sendable {
        /// Those that were approved: the model's, or what a person put in their place.
        let arguments: JSONValue
        /// Who put them there; nil when they are the model's.
        let editor: String?
        /// What the step spends.
        let spending: SpentApproval?
    }

    enum Verdict: Sendable {
        case pass(Pass)
        /// What the model is told instead.
        case refused(String)
    }

    let rules: [ApprovalRule]
    /// By the names of the tools, what they reach.
    let targets: [String: JSONValue]
    /// What the tools of servers reach.
    let servers: JSONValue
    /// What conditions may refer to besides the call.
    let expressions: ExpressionContext
    let desk: ApprovalDesk

    /// What becomes of a call that was not made yet.
    ///
    /// - Parameter spent: What the job's model calls have cost so far; nil when that is not known.
    /// - Throws: `Suspension` while people have to decide.
    func verdict(
        on arguments: JSONValue,
        for tool: any Tool,
        step: StepRequest,
        spent: MicroDollars?
    ) async throws -> Verdict {
        let name = tool.definition.name
        guard let rule = rule(for: arguments, tool, spent) else {
            return .pass(Pass(arguments: arguments, editor: nil, spending: nil))
        }
        // Nobody is asked about what the tool would refuse anyway; it says to the model what is wrong.
        guard Self.fits(arguments, tool) else {
            return .pass(Pass(arguments: arguments, editor: nil, spending: nil))
        }
        let request = request(for: arguments, tool)
        let decision = try await decision(
            on: ApprovalStore.Question(
                kind: .call,
                position: step.position.description,
                fingerprint: step.fingerprint.digest.bytes,
                title: "call \(name)",
                request: request,
                digest: ApprovalDigest.of(.call, request),
                terms: rule.terms
            ),
            about: arguments,
            asking: { self.request(for: $0, tool) },
            under: { self.rule(for: $0, tool, spent) }
        )
        let approval = decision.approval
        guard approval.state == .approved else {
            return .refused("The call of \(name) was not made: \(approval.denial).")
        }
        guard Self.fits(decision.subject, tool) else {
            throw JobFailure(
                code: "approval-invalid",
                message: "approval \(approval.id) has arguments that do not fit the schema of \(name)",
                isPermanent: true
            )
        }
        return .pass(
            Pass(
                arguments: decision.subject,
                editor: decision.editor,
                spending: SpentApproval(
                    id: approval.id,
                    digest: ApprovalDigest.of(.call, decision.question.request, with: approval.proposal)
                )
            )
        )
    }

    /// The first rule that a call falls under.
    func rule(for arguments: JSONValue, _ tool: any Tool, _ spent: MicroDollars?) -> ApprovalRule? {
        rules.first { rule in
            guard tool.names.contains(where: rule.isAbout(tool:)) else { return false }
            if let effect = rule.effect, effect != tool.effect { return false }
            // A price that is not known may be any.
            if let cost = rule.cost, let spent, spent < cost { return false }
            return holds(rule.when, [.arguments: arguments, .tool: .string(tool.definition.name)])
        }
    }

    /// Whether a condition holds; one that has no value counts as if it did.
    func holds(_ condition: Expression?, _ locals: [Expression.Local: JSONValue]) -> Bool {
        guard let condition else { return true }
        var expressions = expressions
        expressions.locals.merge(locals) { _, new in new }
        do throws(ExpressionError) {
            return try condition.isTrue(in: expressions)
        } catch {
            desk.log.event("an approval is asked for, since \(condition) cannot be told: \(error)")
            return true
        }
    }

    private func request(for arguments: JSONValue, _ tool: any Tool) -> JSONValue {
        [
            "tool": .string(tool.definition.name), "arguments": arguments, "effect": .string(tool.effect.rawValue),
            "target": targets[tool.definition.name] ?? servers, "schema": tool.definition.parameters,
        ]
    }

    private static func fits(_ arguments: JSONValue, _ tool: any Tool) -> Bool {
        // A schema that is none is the tool's own business.
        guard let schema = try? JSONSchema(tool.definition.parameters) else { return true }
        return schema.validate(arguments).isEmpty
    }

    // MARK: The output

    /// The rule that an output falls under.
    func rule(forOutput output: JSONValue, spent: MicroDollars?) -> ApprovalRule? {
        rules.first { rule in
            guard rule.subject == .output else { return false }
            if let cost = rule.cost, let spent, spent < cost { return false }
            return holds(rule.when, [.output: output])
        }
    }
}

/// The approval that a step spends when it begins.
struct SpentApproval: Equatable, Sendable {
    let id: ApprovalID
    /// Of what the step is about to do.
    let digest: SHA256Digest
}
