import JobModel

/// The params of the runs whose items a worker claimed last.
///
/// A list over which a job is mapped may be a param of its run. A claim of items of a run that is known does not carry its
/// params again: over 100,000 items that would be the whole list some thousand times.
package struct ItemParams: Sendable {
    /// How many runs are known at most.
    static let mostRuns = 4

    /// The run that was claimed from last comes last.
    private(set) var known: [(run: RunID, params: JSONObject)] = []

    package init() {}

    /// A claim has taken these jobs; one that found nothing has all be forgotten.
    package mutating func claimed(_ jobs: [ClaimedJob]) {
        guard !jobs.isEmpty else { return known.removeAll() }
        for job in jobs where job.item != nil && job.unreadable == nil && known.last?.run != job.run {
            known.removeAll { $0.run == job.run }
            known.append((job.run, job.params))
        }
        known.removeFirst(max(0, known.count - Self.mostRuns))
    }
}
