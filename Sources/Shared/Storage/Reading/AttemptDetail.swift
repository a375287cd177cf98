package import JobModel

/// One attempt at a job.
package struct AttemptDetail: Equatable, Sendable {
    /// How an attempt stands, or how it ended.
    package enum State: String, CaseIterable, Sendable {
        case running
        case succeeded
        case failed
        case cancelled
        case skipped
        /// Its worker gave the job back unharmed.
        case released
        /// Its worker was taken for dead.
        case lost
        case suspended
    }

    /// The worker that made it.
    package struct Holder: Equatable, Sendable {
        package var session: SessionID
        package var name: String
        package var host: String
        package var pid: Int
    }

    /// What it took from checkpoints.
    package struct Replayed: Equatable, Sendable {
        package var steps: Int
        package var modelCalls: Int
        /// What those calls had cost.
        package var saved: MicroDollars
        /// Records that were found altered, and so were not taken.
        package var damaged: Int
    }

    /// Counted from 1; an attempt that goes on after a release keeps its number and gets a new epoch.
    package var number: Int
    package var epoch: LeaseEpoch
    package var state: State
    /// Nil when nobody knows its session any more.
    package var worker: Holder?
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?
    /// An object with `code` and `message`; nil when it did not fail.
    package var error: JSONValue?
    package var replayed: Replayed
}
