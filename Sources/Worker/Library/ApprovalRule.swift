internal import JobModel

/// When people are asked before an agent's call is made.
public struct ApprovalRule: Sendable {
    /// The names of the tools, in which `*` stands for any letters; empty for all.
    public var tools: [String]
    /// A condition on `arguments` and `tool`, as in a workflow file: `arguments.amount > 100`; nil for every call.
    public var when: String?
    /// Who decides, and until when.
    public var approvers: Approvers

    /// A rule about calls of tools.
    public init(tools: [String] = [], when: String? = nil, by approvers: Approvers = Approvers()) {
        self.tools = tools
        self.when = when
        self.approvers = approvers
    }

    var json: JSONValue {
        var fields = approvers.fields
        if !tools.isEmpty { fields["tools"] = .array(tools.map { .string($0) }) }
        fields["when"] = when.map { .string($0) }
        return .object(fields)
    }
}
