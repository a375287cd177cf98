import JobModel
import Storage

/// What a worker does with a job when its handler has returned.
enum JobOutcome: Equatable, Sendable {
    /// The job has ended for good.
    case end(JobEnding.Outcome)
    /// The job has succeeded and brought assets up to date.
    case produce(JobEnding.Outcome, [NewEvent])
    /// The attempt failed; the job is tried again after the wait.
    case retry(JobFailure, after: Duration)
    /// The job is given back unharmed.
    case release
    /// The job is set aside until what it waits for has changed.
    case suspend(Suspension)
    /// The lease is lost; nothing may be written.
    case drop
}
