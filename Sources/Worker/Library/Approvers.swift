internal import JobModel

/// Who decides, and until when.
public struct Approvers: Sendable {
    /// What becomes of a question that nobody decided in time.
    public enum Otherwise: Sendable {
        /// It is denied. It is never approved.
        case deny
        /// The job fails.
        case fail
    }

    /// The role that whoever decides must have; nil lets everybody decide who has a token.
    public var role: String?
    /// How many people must approve, 1 to 100; one who denies is enough.
    public var count: Int
    /// Whether the one who asked for the run may decide.
    public var includesRequester: Bool
    /// How long it may take; nil waits for ever.
    public var within: Duration?
    /// What becomes of it then.
    public var otherwise: Otherwise

    /// By default anybody but the requester decides, alone, and without end.
    public init(
        role: String? = nil,
        count: Int = 1,
        includesRequester: Bool = false,
        within: Duration? = nil,
        otherwise: Otherwise = .deny
    ) {
        self.role = role
        self.count = count
        self.includesRequester = includesRequester
        self.within = within
        self.otherwise = otherwise
    }

    var terms: ApprovalTerms {
        ApprovalTerms(
            role: role,
            approvals: max(1, count),
            allowsRequester: includesRequester,
            within: within,
            otherwise: otherwise == .fail ? .fail : .deny
        )
    }

    /// As a workflow file says it.
    var fields: JSONObject {
        var fields: JSONObject = ["approvals": .integer(Int64(count)), "self": .bool(includesRequester)]
        fields["role"] = role.map { .string($0) }
        if let within {
            fields["within"] = .string("\(within.wholeMicroseconds / 1000)ms")
            fields["otherwise"] = otherwise == .fail ? "fail" : "deny"
        }
        return fields
    }
}
