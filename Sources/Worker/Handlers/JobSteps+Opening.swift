import Checkpoints
import Gateway
import JobModel
import Settings
import Storage

/// How an attempt takes over what earlier ones recorded and left open.
extension JobSteps {
    /// Reads what earlier attempts recorded and settles what they left open.
    static func open(
        _ job: ClaimedJob,
        in store: DirectoryStore,
        steps: StepStore,
        backlog: Backlog,
        lease: SessionLease,
        signal: StopSignal,
        failpoints: WorkerFailpoints,
        log: JobLog,
        fork: JobFork?,
        desk: ApprovalDesk,
        bounds: PaidCall.Bounds = PaidCall.Bounds(),
        batches: BatchStore? = nil
    ) async throws -> JobSteps {
        // Only a retry has a job begin afresh, and it makes a new attempt.
        let start = job.attempt > 1 ? try await Patience(lease: lease)({ try await steps.freshStart(of: job.id) }) : nil
        let checkpoints = try await JobCheckpoints.open(
            in: store,
            job: JobReference(run: job.run, job: job.id),
            epoch: job.epoch,
            after: start,
            forkedFrom: fork?.point
        )
        for damage in checkpoints.checkpoints.damage.reports { log.event("a checkpoint is damaged: \(damage)") }
        var unknown = UnknownSteps()
        var hasGatewaySteps = false
        var batched: BatchedSteps?
        if job.epoch.rawValue > 1 {
            let patience = Patience(lease: lease)
            if let batches { batched = try await patience { try await BatchedSteps.read(of: job.id, from: batches) } }
            for open in try await patience({ try await steps.open(of: job.id, before: job.epoch) }) {
                if GatewayJob.owns(position: open.position) {
                    hasGatewaySteps = true
                    continue
                }
                if batched != nil {
                    // Its outcome comes with its batch, unless it was given to none.
                    try await patience { try await reconcile(open, of: job, with: checkpoints, steps: steps, &batched) }
                    continue
                }
                let isUnknown = try await patience {
                    try await reconcile(open, of: job, with: checkpoints, steps: steps, log: log)
                }
                if isUnknown { unknown.add(open) }
            }
        }
        return JobSteps(
            job: job,
            checkpoints: checkpoints,
            store: steps,
            backlog: backlog,
            lease: lease,
            signal: signal,
            failpoints: failpoints,
            unknown: unknown,
            batched: batched,
            hasGatewaySteps: hasGatewaySteps,
            fork: fork,
            desk: desk,
            gate: PaidCallGate(job: job, store: steps, patience: Patience(lease: lease), bounds: bounds, log: log)
        )
    }

    /// Settles an intent that an earlier attempt left open: by the record of that very attempt, or as unknown.
    ///
    /// Another attempt's record of the step does not tell what became of this one's call.
    ///
    /// - Returns: Whether the outcome is unknown, or the result of a step that must not run again is lost.
    private static func reconcile(
        _ open: StepStore.OpenStep,
        of job: ClaimedJob,
        with checkpoints: JobCheckpoints,
        steps: StepStore,
        log: JobLog
    ) async throws -> Bool {
        var own: StepRecord?
        var isRecorded = false
        if let position = StepPosition(open.position), let fingerprint = Fingerprint(hex: open.fingerprint) {
            if open.state == .recorded { isRecorded = try await checkpoints.recorded(position, fingerprint) != nil }
            own = try await checkpoints.record(position, fingerprint, by: open.epoch)
        }
        let finding = open.state.finding(isRecorded: isRecorded, isRecordedByIt: own != nil)
        switch finding {
        case .isKept, .stayUnknown: break
        case .settleByRecord:
            try await steps.settle(open, of: job.id, by: job.epoch, as: .recorded(usage: own?.usage, cost: own?.cost))
        case .doubt:
            log.event("the record of \(open.kind) step \(open.position) (\(open.name)) is lost, though it has happened")
            try await steps.doubt(open, of: job.id, by: job.epoch, because: "its result was recorded and is lost")
        case .settleAsUnknown:
            log.event(
                "the outcome of \(open.kind) step \(open.position) (\(open.name)) is unknown: "
                    + "its attempt ended between the call and its record"
            )
            try await steps.settle(
                open,
                of: job.id,
                by: job.epoch,
                as: .unknown("the attempt ended before the result was recorded")
            )
        }
        return finding.isUnknown
    }
}
