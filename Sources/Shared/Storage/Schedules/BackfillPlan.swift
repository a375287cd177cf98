/// What a backfill is to start runs for, each once, in the order in which they start.
package enum BackfillPlan: Equatable, Sendable {
    /// Due times of a locked schedule, in seconds since 1970.
    case dueTimes([Int], DueSchedule)
    /// Partitions of a locked trigger.
    case partitions([String], EventTriggerStore.Taken)

    /// How many runs.
    package var count: Int {
        switch self {
        case .dueTimes(let dues, _): dues.count
        case .partitions(let partitions, _): partitions.count
        }
    }
}
