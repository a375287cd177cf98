/// Who decides, and until when.
package struct ApprovalTerms: Equatable, Sendable {
    /// The role that whoever decides must have; nil lets everybody decide who has a token.
    package var role: String?
    /// How many people must approve, at least 1; one who denies is enough.
    package var approvals: Int
    /// Whether the one who asked for the run may decide.
    package var allowsRequester: Bool
    /// How long it may take; nil waits for ever.
    package var within: Duration?
    package var otherwise: ApprovalOtherwise

    package init(
        role: String? = nil,
        approvals: Int = 1,
        allowsRequester: Bool = false,
        within: Duration? = nil,
        otherwise: ApprovalOtherwise = .deny
    ) {
        self.role = role
        self.approvals = approvals
        self.allowsRequester = allowsRequester
        self.within = within
        self.otherwise = otherwise
    }
}
