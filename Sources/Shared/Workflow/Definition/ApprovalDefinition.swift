package import JobModel

/// A job that goes on when people have approved.
package struct ApprovalDefinition: Equatable, Sendable {
    /// What becomes of the job when it is denied.
    package enum Denial: String, CaseIterable, Sendable {
        /// It fails.
        case fail
        /// It succeeds, with an output that says so.
        case output
    }

    /// What is to be approved, for people.
    package let message: Template
    /// What they are shown besides.
    package let show: TemplateValue?
    /// What they fill in.
    package let form: JSONSchema?
    package let denied: Denial
    package let terms: ApprovalTerms
}
