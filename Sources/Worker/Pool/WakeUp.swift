import JobModel
import Storage

/// Why the worker should look up from waiting.
enum WakeUp: Equatable, Sendable {
    /// A queue may have pending jobs.
    case ready(queue: String)
    /// These jobs' runs were cancelled, says the database.
    case cancelledJobs([JobID])
    /// Somebody has ended a job from outside: its lease is gone.
    case fenced(Fence)
}
