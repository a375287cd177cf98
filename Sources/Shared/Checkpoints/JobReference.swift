package import JobModel

/// A job, with the run it is part of: where its bytes lie in the store.
package struct JobReference: Hashable, Sendable {
    package let run: RunID
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
