package import JobModel

/// How many jobs, or runs, may be active at once, or may begin within a time.
package struct LimitDefinition: Equatable, Sendable {
    /// Among whom is counted.
    package enum Scope: Equatable, Sendable {
        /// The runs of this job of the workflow.
        case job
        case workflow
        /// All workflows of the team that say so.
        case team
        /// All jobs of any team and workflow that name the connection.
        case connection(String)
    }

    package let holder: Gate.Holder
    package let scope: Scope
    /// Each value has a limit of its own; nil for one limit.
    package let key: Template?
    /// How many; at least 1.
    package let most: Int
    /// Nil for a limit on how many at once.
    package let period: Duration?

    /// The most limits of a workflow, and of a job.
    package static let maximumCount = 10
    /// The longest value of a key, in UTF-8 bytes.
    package static let maximumKeyBytes = 500

    /// The gate of one run.
    func gate(
        job: String?,
        workflow: String,
        team: String,
        in context: ExpressionContext
    ) throws(ExpressionError) -> Gate {
        let scope =
            switch scope {
            case .job: "job \(workflow)/\(job ?? "")"
            case .workflow: "workflow \(workflow)"
            case .team: Gate.scope(ofTeam: team)
            case .connection(let name): "connection \(name)"
            }
        return Gate(
            holder: holder,
            scope: scope,
            key: try key?.key(in: context) ?? "",
            most: most,
            period: period
        )
    }
}

extension Template {
    /// The text as a key, cut at `LimitDefinition.maximumKeyBytes`.
    func key(in context: ExpressionContext) throws(ExpressionError) -> String {
        let scalars = try text(in: context).unicodeScalars.prefix { $0 != "\0" }
        return String(String.UnicodeScalarView(scalars)).cut(toBytes: LimitDefinition.maximumKeyBytes)
    }
}
