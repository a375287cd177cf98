import JobModel
import Storage

/// Where one attempt of a job asks people, and learns what they decided.
struct ApprovalDesk: Sendable {
    let store: ApprovalStore
    let job: JobID
    let epoch: LeaseEpoch
    let patience: Patience
    let log: JobLog

    /// What was decided about a question, which is asked once.
    ///
    /// - Returns: An approval that is decided, or whose time is over.
    /// - Throws: `Suspension` while it is open; `JobFailure` when its time is over and the job is to fail then.
    func decision(on question: ApprovalStore.Question) async throws -> Approval {
        let approval = try await patience { try await store.ask(question, of: job, epoch: epoch) }
        switch approval.state {
        case .open, .withdrawn:
            throw Suspension(
                waitsFor: approval.kind == .effect ? .effect : .approval,
                until: approval.expiresAt.map { .at(microseconds: $0.rawValue) },
                detail: Self.shown(approval)
            )
        case .expired where approval.terms.otherwise == .fail:
            throw JobFailure(
                code: "approval-expired",
                message: "nobody decided approval \(approval.id) (\(approval.title)) in time",
                isPermanent: true
            )
        case .approved, .denied, .changes, .expired, .happened, .notHappened, .failed: return approval
        }
    }

    /// Spends an approval for what has no intent to spend it with.
    ///
    /// - Throws: `StorageError.leaseLost` when the job is no longer held.
    func spend(_ approval: Approval) async throws {
        let digest = ApprovalDigest.of(approval.kind, approval.request, with: approval.proposal)
        let isSpent = try await patience { try await store.spend(approval.id, of: job, epoch: epoch, digest: digest) }
        guard isSpent else { throw StorageError.leaseLost(job, epoch) }
    }

    private static func shown(_ approval: Approval) -> String {
        let role = approval.terms.role.map { " by \($0)" } ?? ""
        let given = approval.votes.count { $0.counts && $0.verdict == ApprovalVerdict.approved.rawValue }
        let votes = approval.terms.approvals > 1 ? ", \(given) of \(approval.terms.approvals) given" : ""
        return "approval \(approval.id)\(role)\(votes): \(approval.title)"
    }
}

extension Approval {
    /// Who decided, for messages.
    var decider: String { decidedBy ?? "nobody in time" }

    /// Why it was denied, for the model and for people.
    var denial: String {
        guard state != .expired else { return "nobody approved in time" }
        return "denied by \(decider)" + (reason.map { ": \($0)" } ?? "")
    }
}
