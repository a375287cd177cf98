package import JobModel

/// A tool with which the model asks people a question.
package struct AskToolDefinition: Equatable, Sendable {
    /// By default `ask`.
    package let name: String
    /// What the model is told about it.
    package let description: String?
    package let terms: ApprovalTerms
}
