import Checkpoints
import Digests
import JobModel
import Storage
import Workflow

/// Runs jobs of the kind approval: a gate that people open.
struct ApprovalHandler: JobHandler {
    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .approval(let gate) = context.definition.kind else { preconditionFailure("not an approval job") }
        let message = try context.text(gate.message)
        let shown = try gate.show.map { show throws(JobFailure) in
            try context.evaluate { expressions throws(ExpressionError) in try show.evaluate(in: expressions) }
        }
        let request: JSONValue = [
            "message": .string(message), "show": shown ?? .null, "form": gate.form?.value ?? .null,
        ]
        let approval = try await context.approvals.decision(
            on: .gate(
                message,
                request,
                gate.terms,
                position: try position(in: context),
                Fingerprint(kind: .step, request: ["approval": request], after: nil)
            )
        )
        guard approval.state == .approved || gate.denied == .output else {
            throw JobFailure(
                code: "approval-denied",
                message: "\(message): \(approval.denial)",
                isPermanent: true
            )
        }
        return approval.gateOutput
    }

    /// Each round asks anew.
    private func position(in context: JobContext) throws -> String {
        let round = context.expressions.locals[.round]?.integerValue ?? 1
        return try StepPosition.step(named: "gate", occurrence: 1).inRound(Int(round)).description
    }
}

extension ApprovalStore.Question {
    /// Whether people open a gate.
    static func gate(
        _ message: String,
        _ request: JSONValue,
        _ terms: ApprovalTerms,
        position: String,
        _ fingerprint: Fingerprint
    ) -> ApprovalStore.Question {
        ApprovalStore.Question(
            kind: .gate,
            position: position,
            fingerprint: fingerprint.digest.bytes,
            title: String(message.prefix(200)),
            request: request,
            digest: ApprovalDigest.of(.gate, request),
            terms: terms
        )
    }
}

extension Approval {
    /// What people decided about a gate, and who did.
    var gateOutput: JSONValue {
        let approvers = votes.filter { $0.counts && $0.verdict == ApprovalVerdict.approved.rawValue }
        switch state {
        case .approved:
            return [
                "approved": true, "by": .array(approvers.map { .string($0.actor) }), "form": proposal ?? .null,
                "reason": reason.map { .string($0) } ?? .null,
            ]
        case .open, .denied, .changes, .expired, .happened, .notHappened, .failed, .withdrawn:
            return [
                "approved": false, "by": .array(decidedBy.map { [.string($0)] } ?? []), "form": .null,
                "reason": .string(denial),
            ]
        }
    }
}
