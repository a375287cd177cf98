package import JobModel

/// A job, with the run it is part of: where its bytes lie in the store.
package struct JobReference: Hashable, Sendable {
    /// Who writes journals for a job: each has a row of its own, so that each journal keeps its one writer.
    package enum Part: String, Hashable, Sendable {
        /// The attempts themselves.
        case attempts
        /// The gateway, for the programs of the attempts.
        case gateway
    }

    /// The run.
    package let run: RunID
    /// The job, one of the run's.
    package let job: JobID
    /// Whose journals are meant.
    package let part: Part

    /// A job of a run.
    ///
    /// - Parameter part: Whose journals are meant, by default those of the attempts.
    package init(run: RunID, job: JobID, part: Part = .attempts) {
        self.run = run
        self.job = job
        self.part = part
    }

    /// The name of the folder in the run's.
    var directoryName: String { part == .attempts ? job.description : "\(job)-\(part.rawValue)" }
}

extension JobReference: CustomStringConvertible {
    package var description: String {
        part == .attempts ? "job \(job) of run \(run)" : "the \(part.rawValue) of job \(job) of run \(run)"
    }
}
