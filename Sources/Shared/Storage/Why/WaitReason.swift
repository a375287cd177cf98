package import JobModel

/// The one reason for which a job does not run.
package struct WaitReason: Equatable, Sendable {
    /// What keeps it.
    package enum Code: String, CaseIterable, Sendable {
        /// It has ended.
        case ended
        /// It runs.
        case running
        case cancelled
        case runPaused = "run-paused"
        case workflowPaused = "workflow-paused"
        case queuePaused = "queue-paused"
        /// A job that it needs has not ended.
        case upstream
        /// Other items of its map are active.
        case items
        /// As many are active as may be.
        case limit
        /// As many have begun as may in the time.
        case rate
        case approval, effect, event, time, budget, run, batch
        /// Its next attempt is not due yet.
        case retry
        /// No live worker claims from its queue.
        case noWorker = "no-worker"
        /// No live worker has the labels it asks for.
        case noLabel = "no-label"
        /// All slots are taken.
        case slots
        /// Others stand before it.
        case behind
        /// Nothing keeps it: it is looked at, or claimed, in a moment.
        case next
    }

    package let run: RunID
    package let job: String
    /// Where the job stands, in the words for people.
    package let state: JobState
    package let code: Code
    /// What exactly, in one line.
    package let text: String
    package let since: Timestamp
    /// What would let it go on, in one line; nil when there is nothing to let go.
    package let remedy: String?
    /// When it goes on by itself; nil when nobody knows.
    package let until: Timestamp?
}
