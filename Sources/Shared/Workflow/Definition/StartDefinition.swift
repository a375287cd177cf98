package import JobModel

/// Which submissions of a workflow become one run.
package struct StartDefinition: Equatable, Sendable {
    package let kind: StartRule.Kind
    /// Each value stands for itself; nil for all submissions.
    package let key: Template?

    func rule(in context: ExpressionContext) throws(ExpressionError) -> StartRule {
        StartRule(kind: kind, key: try key?.key(in: context) ?? "")
    }
}
