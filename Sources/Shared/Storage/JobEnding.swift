package import JobModel

/// How a job ends for good.
package struct JobEnding: Equatable, Sendable {
    /// How the job ends and what it leaves.
    package enum Outcome: Equatable, Sendable {
        /// The output, when it is small.
        case succeeded(JSONValue)
        /// The name of the output, which is in the store.
        case succeededWithBlob(StoredBlob)
        case failed(JobFailure)
        case skipped
        case cancelled

        package var state: JobState {
            switch self {
            case .succeeded, .succeededWithBlob: .succeeded
            case .failed: .failed
            case .skipped: .skipped
            case .cancelled: .cancelled
            }
        }
    }

    package let job: JobID
    package let run: RunID
    package let epoch: LeaseEpoch
    package let outcome: Outcome

    package init(job: JobID, run: RunID, epoch: LeaseEpoch, outcome: Outcome) {
        self.job = job
        self.run = run
        self.epoch = epoch
        self.outcome = outcome
    }

    var outputText: String? { if case .succeeded(let output) = outcome { output.text() } else { nil } }
    var outputBlob: String? { if case .succeededWithBlob(let blob) = outcome { blob.description } else { nil } }
    var errorText: String? { if case .failed(let failure) = outcome { failure.json.text() } else { nil } }
}
