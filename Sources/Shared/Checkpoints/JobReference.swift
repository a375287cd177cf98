package import JobModel

/// A job, with the run it is part of: where its bytes lie in the store.
package struct JobReference: Hashable, Sendable {
    /// The run.
    package let run: RunID
    /// The job, one of the run's.
    package let job: JobID

    /// A job of a run.
    package init(run: RunID, job: JobID) {
        self.run = run
        self.job = job
    }
}

extension JobReference: CustomStringConvertible {
    package var description: String { "job \(job) of run \(run)" }
}
