import JobModel

/// What people are asked to decide, as a list and one by one.
enum ApprovalsView {
    static func lines(_ approvals: [ApprovalDetail], now: Timestamp, width: Int?) -> [StyledLine] {
        guard !approvals.isEmpty else { return [StyledLine("nothing waits for a decision", .dim)] }
        var table = Table([
            .init(title: "id", alignment: .right), .init(title: "state", dispensable: 3),
            .init(title: "what", isFlexible: true, narrowest: 24),
            .init(title: "run", alignment: .right), .init(title: "workflow", isFlexible: true, dispensable: 1),
            .init(title: "asked by", isFlexible: true, dispensable: 4), .init(title: "role", dispensable: 2),
            .init(title: "given", alignment: .right, dispensable: 5), .init(title: "asked", dispensable: 7),
            .init(title: "until", dispensable: 6),
        ])
        for approval in approvals {
            table.add([
                StyledLine(String(approval.id), .bold), StyledLine(approval.state), StyledLine(approval.title),
                StyledLine(String(approval.run)), StyledLine("\(approval.workflow)/\(approval.job)"),
                StyledLine(approval.requester ?? ""), StyledLine(approval.role ?? "anybody", .dim),
                StyledLine("\(approval.given)/\(approval.needed)"),
                StyledLine(approval.askedAt?.relative(to: now) ?? "", .dim),
                StyledLine(approval.expiresAt?.relative(to: now) ?? "", .dim),
            ])
        }
        return table.lines(width: width)
    }

    /// One approval whole: what exactly is asked, who asks, how long there is, and what to type.
    static func lines(_ approval: ApprovalDetail, now: Timestamp) -> [StyledLine] {
        var title = StyledLine("approval \(approval.id)  ", .bold)
        title.append(approval.title)
        title.append("  \(approval.state)", approval.state == "open" ? .yellow : .dim)
        var lines = [title]
        var facts = [
            "run \(approval.run)", "\(approval.workflow)/\(approval.job)", "step \(approval.step)",
            "team \(approval.team)",
        ]
        if let requester = approval.requester { facts.append("asked for by \(requester)") }
        lines.append(StyledLine(facts.joined(separator: " · "), .dim))
        lines.append(StyledLine(terms(approval, now: now), .dim))
        lines += request(approval)
        for vote in approval.votes {
            let reason = vote.reason.map { ": \($0)" } ?? ""
            let void = vote.counts ? "" : " (for something else since)"
            lines.append(StyledLine("\(vote.actor) \(vote.verdict)\(void)\(reason)"))
        }
        if approval.decidedAt != nil, let decider = approval.decidedBy {
            lines.append(StyledLine("decided by \(decider)" + (approval.reason.map { ": \($0)" } ?? ""), .bold))
        }
        lines.append(StyledLine("digest \(approval.digest)", .dim))
        if approval.state == "open" { lines.append(StyledLine(commands(approval), .dim)) }
        return lines
    }

    private static func terms(_ approval: ApprovalDetail, now: Timestamp) -> String {
        var facts = [approval.role.map { "decided by role \($0)" } ?? "decided by anybody with a token"]
        if approval.needed > 1 { facts.append("\(approval.given) of \(approval.needed) approvals given") }
        if let asked = approval.askedAt { facts.append("asked \(asked.relative(to: now))") }
        if approval.state == "open", let expires = approval.expiresAt {
            facts.append("expires \(expires.relative(to: now))")
        }
        return facts.joined(separator: " · ")
    }

    private static func request(_ approval: ApprovalDetail) -> [StyledLine] {
        let members = approval.request.objectValue ?? [:]
        // What is asked comes first; the database keeps no order.
        let first = ["message", "question", "choices", "name", "tool", "arguments", "output"]
        let keys = first.filter { members[$0] != nil } + members.keys.filter { !first.contains($0) }.sorted()
        var lines: [StyledLine] = []
        for key in keys where key != "schema" {
            if let value = members[key], !value.isNull { lines += member(key, value) }
        }
        if let proposal = approval.proposal { lines += member(label(ofProposal: approval.kind), proposal, .yellow) }
        return lines
    }

    private static func label(ofProposal kind: String) -> String {
        switch kind {
        case "question": "answer"
        case "gate": "filled in"
        case "effect": "result"
        default: "changed to"
        }
    }

    /// A member, on one line where it is short, else below its name; never cut, for the digest is that of the whole.
    private static func member(_ key: String, _ value: JSONValue, _ style: Style = .plain) -> [StyledLine] {
        let text = value.stringValue ?? JSONView.text(value)
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return [StyledLine("\(key)  ", .dim).adding(text, style)] }
        return [StyledLine(key, .dim)] + parts.map { StyledLine("  ").adding($0, style) }
    }

    private static func commands(_ approval: ApprovalDetail) -> String {
        let id = approval.id
        switch approval.kind {
        case "call": return "chassis approve \(id) [--edit JSON] · chassis deny \(id) --reason TEXT"
        case "question": return "chassis approve \(id) --answer TEXT · chassis deny \(id) --reason TEXT"
        case "gate": return "chassis approve \(id) [--form JSON] · chassis deny \(id) --reason TEXT"
        case "output":
            return "chassis approve \(id) · chassis request-changes \(id) --text TEXT · "
                + "chassis deny \(id) --reason TEXT"
        default:
            return "chassis resolve \(approval.run) \(approval.job) \(approval.step) "
                + "--happened JSON | --not-happened | --fail"
        }
    }
}
