import JobModel
import Storage
import Worker

extension JobID {
    init(index: Int) { self.init(rawValue: Int64(index) + 1) }

    var index: Int { Int(rawValue) - 1 }
}

extension ClaimedJob {
    init(_ claim: ModelDatabase.Claim) {
        self.init(
            id: JobID(index: claim.job),
            run: RunID(rawValue: Int64(claim.run) + 1),
            version: VersionID(rawValue: 1),
            name: SimulatedWorker.queue,
            kind: SimulatedWorker.queue,
            params: [:],
            attempt: claim.attempt,
            epoch: LeaseEpoch(rawValue: Int64(claim.epoch)),
            failures: claim.failures,
            losses: 0,
            isCancelled: claim.isCancelled
        )
    }
}

extension ModelDatabase.Ending {
    init(_ ending: JobEnding) {
        var (code, output) = (String?.none, Int?.none)
        switch ending.outcome {
        case .succeeded(let value): output = value.integerValue.map(Int.init)
        case .failed(let failure): code = failure.code
        case .succeededWithBlob, .skipped, .cancelled: break
        }
        self.init(
            job: ending.job.index,
            epoch: Int(ending.epoch.rawValue),
            state: ending.outcome.state,
            code: code,
            output: output
        )
    }
}
