import Checkpoints
import Gateway
import JobModel
import Storage

/// What is open when a program has ended well: no attempt comes that would look.
extension ProgramGateway {
    /// Settles the calls and steps of a job that nobody has settled, by their records or as unknown.
    ///
    /// The gateway settles its calls itself. Left are those of a gateway that was killed, those that could not be settled
    /// while the database was away, those of earlier attempts, and steps of which the program said no more.
    func settleLeftovers(in context: JobContext) async throws {
        let (steps, job) = (context.steps, context.job)
        // What the program did is kept also when the job is stopped meanwhile.
        let left = try await Shield.run {
            try await steps.patience {
                try await steps.store.open(of: job.id, before: LeaseEpoch(rawValue: job.epoch.rawValue + 1))
            }
        }.filter { $0.state == .started && GatewayJob.owns(position: $0.position) }
        guard !left.isEmpty else { return }
        // Those of an earlier attempt may be under way in another gateway, and are paid for.
        while !Task.isCancelled, try await areCallsUnderWay(steps) {
            // Where the wait is cut short, the job is stopped, which is seen above.
            try? await ContinuousClock().sleep(for: Self.look)
        }
        try await Shield.run { [store] in
            let records = try await GatewayRecords(of: job.id, in: job.run, store: store)
            for step in left {
                let record = try await records.record(of: step)
                if let record, await records.isAwaited(record) {
                    try await Self.awaitCost(of: step, in: context)
                } else {
                    try await Self.settle(step, by: record, in: context)
                }
            }
        }
    }

    private func areCallsUnderWay(_ steps: JobSteps) async throws -> Bool {
        try await Shield.run { try await steps.patience { try await steps.store.areCallsUnderWay(of: steps.job.id) } }
    }

    /// Nobody reads the response any more, so the most that it can cost stays.
    private static func awaitCost(of step: StepStore.OpenStep, in context: JobContext) async throws {
        _ = try await context.steps.patience {
            try await context.steps.store.awaitCost(
                of: step.position,
                at: step.epoch,
                of: context.job.id,
                by: context.job.epoch
            )
        }
    }

    private static func settle(
        _ step: StepStore.OpenStep,
        by record: StepRecord?,
        in context: JobContext
    ) async throws {
        var settlement = StepStore.Settlement.recorded(usage: record?.usage, cost: record?.cost)
        if record == nil {
            let reason =
                GatewayJob.isNamed(position: step.position)
                ? "the program did not say what became of it" : "it was under way when its gateway ended"
            context.log.event("the outcome of \(step.kind) step \(step.position) (\(step.name)) is unknown: \(reason)")
            settlement = .unknown(reason)
        }
        let settled = settlement
        try await context.steps.patience {
            try await context.steps.store.settle(step, of: context.job.id, by: context.job.epoch, as: settled)
        }
    }
}
