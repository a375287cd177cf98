import Digests
import JobModel
import Storage
import Workflow

/// What people put in the place of what they were asked about.
extension CallGate {
    /// What was decided in the end.
    struct Decision: Sendable {
        /// The last one; what was approved stands in it.
        let approval: Approval
        /// What is to be done, if it was approved.
        let subject: JSONValue
        /// Who put that there; nil when nobody changed anything.
        let editor: String?
        /// What was asked at last.
        let question: ApprovalStore.Question
    }

    /// Has people decide; what they put in the place of the subject is for those to decide whose rule it falls under.
    ///
    /// - Parameters:
    ///   - first: The question about the subject.
    ///   - request: What is asked about another subject.
    ///   - rule: Under which rule a subject falls; nil for none.
    /// - Throws: `Suspension` while people have to decide.
    func decision(
        on first: ApprovalStore.Question,
        about subject: JSONValue,
        asking request: (JSONValue) -> JSONValue,
        under rule: (JSONValue) -> ApprovalRule?
    ) async throws -> Decision {
        var (question, subject, editor) = (first, subject, String?.none)
        while true {
            let approval = try await desk.decision(on: question)
            guard approval.state == .approved, let proposal = approval.proposal else {
                return Decision(approval: approval, subject: subject, editor: editor, question: question)
            }
            (subject, editor) = (proposal, approval.decider)
            guard let terms = rule(subject)?.terms, terms != approval.terms else {
                return Decision(approval: approval, subject: subject, editor: editor, question: question)
            }
            question.round += 1
            question.request = request(subject)
            question.digest = ApprovalDigest.of(question.kind, question.request)
            question.terms = terms
        }
    }
}
