package import JobModel

/// What a person is asked to decide, and what became of it.
package struct Approval: Equatable, Sendable {
    /// What one person said.
    package struct Vote: Equatable, Sendable {
        package let actor: String
        package let verdict: String
        package let reason: String?
        /// Whether it is about what is proposed now: an edit makes approvals given before it void.
        package let counts: Bool
    }

    package let id: ApprovalID
    package let run: RunID
    package let jobID: JobID
    package let job: String
    package let workflow: String
    package let team: String
    /// Who asked for the run; nil when nobody did.
    package let requester: String?
    package let kind: ApprovalKind
    /// The step it is about.
    package let position: String
    package let title: String
    /// What is asked for, as it was asked.
    package let request: JSONValue
    /// The digest of what is proposed now, in hexadecimal.
    package let digest: String
    /// What a person put in the place of what was asked for: other arguments, an answer, the values of a form.
    package let proposal: JSONValue?
    package let terms: ApprovalTerms
    package let state: ApprovalState
    package let askedAt: Timestamp
    package let expiresAt: Timestamp?
    package let decidedAt: Timestamp?
    package let decidedBy: String?
    package let reason: String?
    /// When the step that it is for began.
    package let spentAt: Timestamp?
    package let votes: [Vote]
}

/// The number of an approval.
package struct ApprovalID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    package static func < (left: ApprovalID, right: ApprovalID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
