package import JobModel

/// A trigger that goes by events, updates of assets among them: what starts runs of the workflow, and how.
package struct EventTriggerDefinition: Equatable, Sendable {
    /// Which news one run takes.
    package enum Gather: String, CaseIterable, Sendable {
        /// All that has come since the last run; by default where the trigger goes by assets.
        case all
        /// All of one partition, or of one key.
        case partition
        /// One event; by default where the trigger goes by one event.
        case none
    }

    /// The name, which no other trigger of the workflow has.
    package let name: String
    package let condition: EventCondition
    /// Which events count; nil counts all of the names.
    package let filter: Expression?
    package let gather: Gather
    /// How many of its runs are under way at once, at most; nil sets no bound.
    package let mostActive: Int?
    /// The params of the runs; their expressions may read the trigger.
    package let params: [TemplateValue.Member]

    /// The most runs that `max_active` may allow.
    package static let maximumActive = 1_000
    /// The most names in one trigger.
    package static let maximumNames = 50
    /// How deep its conditions may be nested.
    package static let maximumNesting = 5

    /// Whether an event counts.
    ///
    /// - Throws: `ExpressionError` when that cannot be said.
    package func accepts(_ event: JSONValue) throws(ExpressionError) -> Bool {
        guard let filter else { return true }
        return try filter.isTrue(in: ExpressionContext(locals: [.event: event]))
    }

    /// The params of one run, without the defaults of the workflow.
    ///
    /// - Throws: `ExpressionError` when an expression has no value.
    package func params(of trigger: TriggerFacts) throws(ExpressionError) -> [String: GivenParam] {
        try trigger.evaluate(params)
    }
}
