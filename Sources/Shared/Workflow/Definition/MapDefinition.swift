/// The list over which a job is mapped: it is done once for each element, as an item of its own.
package struct MapDefinition: Equatable, Sendable {
    /// What the job's output is made of.
    package enum Fold: Equatable, Sendable {
        /// The list of the items' outputs, in the order of the items; null for those without one.
        case collect
        /// How many items ended how.
        case count
        /// The value of an expression that reads that list as `outputs`.
        case value(Template)

        /// The words for those that are no expression.
        static let words = ["collect", "count"]
    }

    /// The most items of one job.
    package static let maximumItems = 100_000

    /// The list.
    package let over: Template
    /// How many items are pending or running at the same time; nil for all of them.
    package let atOnce: Int?
    /// How many items may fail without failing the job; nil where any number may.
    package let tolerated: Int?
    /// Whether items that have not begun are left out once too many have failed.
    package let failsFast: Bool
    package let fold: Fold
}
