import Digests
import Hummingbird
import JobModel
import Storage

/// Shows what people are asked, and takes what they decide.
struct ApprovalRoutes: Sendable {
    /// Which approvals are listed.
    private enum Filter: String, CaseIterable { case open, decided, all }

    private static let defaultLimit: Int64 = 100

    let approvals: ApprovalStore
    let audit: AuditStore
    let notifier: ReadyNotifier

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/approvals", [.get: list]), Endpoint("/v1/approvals/{approval}", [.get: show]),
            Endpoint("/v1/approvals/{approval}/{word}", [.post: decide]), Endpoint("/v1/audit", [.get: listAudit]),
        ]
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let filter = try parameters.optionalWord("state", as: Filter.self) ?? .open
        let run = try parameters.optionalInteger("run", in: 1...Int64.max).map(RunID.init(rawValue:))
        let limit = try parameters.optionalInteger("limit", in: 1...Int64(ApprovalStore.maximumEntries))
        try parameters.finish()
        let isOpen: Bool? =
            switch filter {
            case .open: true
            case .decided: false
            case .all: nil
            }
        let page = try await approvals.approvals(isOpen: isOpen, run: run, limit: Int(limit ?? Self.defaultLimit))
        return Response(json: ["approvals": .array(page.map(\.json))])
    }

    private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: try await approval(context).json)
    }

    private func decide(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        let text = context.parameters.get("word") ?? ""
        guard let word = ApprovalRequest.Word(rawValue: text) else {
            let known = ApprovalRequest.Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.pathNotFound, "an approval is decided with one of \(known), not with \"\(text)\"")
        }
        guard let person = Person.current else { throw Problem(.tokenMissing, "nobody asks") }
        let approval = try await approval(context)
        let members = try await JSONBody.read(request)
        guard approval.state == .open else { throw Self.decided(approval) }
        if let objection = person.objection(to: word.verdict, about: approval) {
            throw Problem(.notAllowed, objection)
        }
        let asked = try ApprovalRequest(word, members, about: approval)
        let saying = try asked.saying(of: person, about: approval)
        guard let result = try await approvals.decide(approval.id, of: approval.jobID, saying) else {
            throw try await refusal(of: saying, approval.id)
        }
        notifier.notify(result.queues)
        return Response(json: try await self.approval(context).json)
    }

    /// Why a saying came to nothing.
    private func refusal(of saying: ApprovalStore.Saying, _ id: ApprovalID) async throws -> Problem {
        guard let approval = try await approvals.approval(id) else { return Self.notFound(id) }
        guard approval.state == .open else { return Self.decided(approval) }
        let digest = (saying.proposal?.digest ?? saying.digest).hex
        if approval.digest == digest, approval.votes.contains(where: { $0.counts && $0.actor == saying.actor }) {
            return Problem(.approvalDecided, "\(saying.actor) has approved already; \(Self.missing(approval))")
        }
        return Problem(
            .approvalChanged,
            "approval \(id) is for something else by now; look at it again",
            extras: ["digest": .string(approval.digest)]
        )
    }

    private static func missing(_ approval: Approval) -> String {
        let given = approval.votes.count { $0.counts && $0.verdict == ApprovalVerdict.approved.rawValue }
        return "\(given) of \(approval.terms.approvals) approvals are given"
    }

    private static func decided(_ approval: Approval) -> Problem {
        let detail: String
        switch approval.state {
        case .expired: detail = "the time for approval \(approval.id) is over"
        case .withdrawn: detail = "approval \(approval.id) has nothing left to decide: its job has ended"
        case .open, .approved, .denied, .changes, .happened, .notHappened, .failed:
            let when = approval.decidedAt.map { " at \($0)" } ?? ""
            detail =
                "approval \(approval.id) was decided by \(approval.decidedBy ?? "nobody")\(when): "
                + approval.state.rawValue
        }
        return Problem(
            .approvalDecided,
            detail,
            extras: ["state": .word(approval.state), "decided_by": .optional(approval.decidedBy)]
        )
    }

    private static func notFound(_ id: ApprovalID) -> Problem {
        Problem(.approvalNotFound, "there is no approval \(id); GET /v1/approvals lists them")
    }

    private func approval(_ context: BasicRequestContext) async throws -> Approval {
        let text = context.parameters.get("approval") ?? ""
        guard let number = Int64(text), number > 0 else {
            throw Problem(.badParameter, "an approval is named by its number, not by \"\(text)\"")
        }
        let id = ApprovalID(rawValue: number)
        guard let approval = try await approvals.approval(id) else { throw Self.notFound(id) }
        return approval
    }

    private func listAudit(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let run = try parameters.optionalInteger("run", in: 1...Int64.max).map(RunID.init(rawValue:))
        let before = try parameters.optionalInteger("before", in: 1...Int64.max)
        let limit = try parameters.optionalInteger("limit", in: 1...Int64(AuditStore.maximumEntries))
        try parameters.finish()
        let page = try await audit.entries(run: run, before: before, limit: Int(limit ?? Self.defaultLimit))
        return Response(json: ["audit": .array(page.map(\.json))])
    }
}
