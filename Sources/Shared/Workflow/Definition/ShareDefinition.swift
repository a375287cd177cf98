internal import JobModel

/// A line of its own for the jobs of a workflow's runs.
package struct ShareDefinition: Equatable, Sendable {
    /// Each value has a line of its own; nil for one line of the workflow.
    package let key: Template?
    /// How many jobs go in each turn of a queue; 1 to 100.
    package let weight: Int

    package static let maximumWeight = 100

    func share(workflow: String, in context: ExpressionContext) throws(ExpressionError) -> LineShare {
        LineShare(line: "\(workflow) \(try key?.key(in: context) ?? "")", weight: weight)
    }
}
