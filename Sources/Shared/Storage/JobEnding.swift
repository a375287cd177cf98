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
    /// Whether other jobs of the run need it, as the claim said.
    package let isNeeded: Bool
    /// Whether one of those jobs has a rule, as the claim said.
    package let isJudged: Bool
    /// Whether its failure fails the run, as the claim said.
    package let isDecisive: Bool
    /// Whether others may be let through when it ends, as the claim said.
    package let isGated: Bool
    /// The mapped job of an item.
    package let parent: JobID?
    package private(set) var outcome: Outcome
    /// The updates of assets that are told of should it succeed.
    package let products: [NewEvent]

    package init(
        job: JobID,
        run: RunID,
        epoch: LeaseEpoch,
        isNeeded: Bool,
        isJudged: Bool = false,
        isDecisive: Bool = true,
        isGated: Bool = false,
        parent: JobID? = nil,
        outcome: Outcome,
        products: [NewEvent] = []
    ) {
        self.job = job
        self.run = run
        self.epoch = epoch
        self.isNeeded = isNeeded
        self.isJudged = isJudged
        self.isDecisive = isDecisive
        self.isGated = isGated
        self.parent = parent
        self.outcome = outcome
        self.products = products
    }

    /// How a claimed job ends.
    package init(of job: ClaimedJob, _ outcome: Outcome, products: [NewEvent] = []) {
        self.init(
            job: job.id,
            run: job.run,
            epoch: job.epoch,
            isNeeded: job.isNeeded,
            isJudged: job.isJudged,
            isDecisive: job.isDecisive,
            isGated: job.isGated,
            parent: job.item?.parent,
            outcome: outcome,
            products: products
        )
    }

    /// The same job with another end.
    package func with(_ outcome: Outcome) -> Self {
        var other = self
        other.outcome = outcome
        return other
    }

    var outputText: String? { if case .succeeded(let output) = outcome { output.text() } else { nil } }
    var outputBlob: String? { if case .succeededWithBlob(let blob) = outcome { blob.description } else { nil } }
    var errorText: String? { if case .failed(let failure) = outcome { failure.json.text() } else { nil } }
}
