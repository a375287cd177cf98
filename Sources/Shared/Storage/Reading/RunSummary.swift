package import JobModel

/// What a run is and how it stands, without its jobs.
package struct RunSummary: Equatable, Sendable {
    package var id: RunID
    package var workflow: String
    /// The number of the workflow's version, counted from 1.
    package var version: Int
    package var team: String
    package var state: RunState
    /// Whether somebody asked for its cancellation; it ends when its workers have heard of it.
    package var isCancelRequested: Bool
    package var createdAt: Timestamp
    /// When its first attempt began; nil before.
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    package var params: JSONValue
    /// How many jobs are in each state; every state has an entry.
    package var jobCounts: [JobState: Int]
    /// What the steps of all attempts cost so far, as far as it is known.
    package var cost: MicroDollars
    /// The run whose checkpoints it takes over; nil when it is no fork.
    package var forkedFrom: RunID?
}
