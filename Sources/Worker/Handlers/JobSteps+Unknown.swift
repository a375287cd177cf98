import Checkpoints
import Digests
import JobModel
import Storage
import Synchronization
import Tools

/// What becomes of steps that may have happened although no record says so.
extension JobSteps {
    /// What a person says about a step that may have happened.
    ///
    /// - Returns: The step's outcome when it happened; nil when it may run.
    /// - Throws: `Suspension` while nobody has said it; `JobFailure` when the job is to fail.
    func resolved(_ step: StepRequest, _ attempts: [StepStore.OpenStep]) async throws -> StepOutcome? {
        guard let result = try await said(about: step, attempts) else { return nil }
        let value = step.value(ofResult: result)
        try await Shield.run { [self] in
            try await record(step, StepResult(value: value), startedAt: .now)
            for attempt in attempts where attempt.state != .recorded {
                try await patience {
                    try await store.settle(attempt, of: job.id, by: job.epoch, as: .recorded(usage: nil, cost: nil))
                }
            }
        }
        return StepOutcome(value: value, isReplayed: true)
    }

    /// Ends the attempt when the outcome of something is unknown that was begun inside of a step: what that step's own end
    /// is taken for may have it done once more, elsewhere.
    ///
    /// - Throws: `Suspension` while a person has to say what happened; `JobFailure`; `CancellationError`, as then the
    ///   attempt ends or whoever has cancelled this asks.
    func checkOutcomes(inside outer: StepPosition) async throws {
        let outer = try outer.inRound(round.withLock { $0 })
        for (step, attempt) in doubtful.steps where step.position.isInside(outer) {
            try Task.checkCancellation()
            guard try await resolved(step, [attempt]) != nil else {
                throw JobFailure(
                    code: "outcome-unknown",
                    message:
                        "\(step.name) (step \(step.position)) may have happened: \(attempt.error ?? "it was ended")"
                )
            }
            doubtful.remove(step)
        }
    }

    /// The attempts at a step of the program's own whose outcome is unknown, oldest first.
    func attempts(at step: StepRequest) async throws -> [StepStore.OpenStep] {
        var steps = UnknownSteps()
        // One that this attempt has done, and whose result could not be kept, among them.
        let next = LeaseEpoch(rawValue: job.epoch.rawValue + 1)
        for open in try await patience({ try await store.open(of: job.id, before: next) }) { steps.add(open) }
        return steps.attempts(at: step)
    }

    /// What a person says was the result of a step that may have happened.
    ///
    /// - Returns: The result when it happened; nil when it may run.
    /// - Throws: `Suspension` while nobody has said it; `JobFailure` when the job is to fail.
    func said(about step: StepRequest, _ attempts: [StepStore.OpenStep]) async throws -> JSONValue? {
        guard step.effect == .once, !attempts.isEmpty else { return nil }
        switch step.unknown {
        case .retry: return nil
        case .fail: throw outcomeUnknown(of: step, "see what happened, then")
        case .ask: break
        }
        let question = step.question(about: attempts, idempotencyKey: idempotencyKey(of: step))
        let approval = try await desk.decision(on: question)
        switch approval.state {
        case .notHappened: return nil
        case .happened:
            desk.log.event("\(step.name) (step \(step.position)) happened, says \(approval.decider)")
            return approval.proposal ?? .null
        case .open, .approved, .denied, .changes, .expired, .failed, .withdrawn:
            let reason = approval.reason.map { ": \($0)" } ?? ""
            throw outcomeUnknown(of: step, "\(approval.decider) has the job fail\(reason); if it is to run again")
        }
    }

    /// Whether the last that a person said about a step is that it did not happen.
    func isDismissed(_ step: StepRequest) async throws -> Bool {
        let last = try await patience {
            try await desk.store.lastDecided(
                .effect,
                at: step.position.description,
                fingerprint: step.fingerprint.digest.bytes,
                of: job.id
            )
        }
        return last?.state == .notHappened
    }

    func outcomeUnknown(of step: StepRequest, _ what: String) -> JobFailure {
        JobFailure(
            code: "outcome-unknown",
            message:
                "\(step.name) (step \(step.position)) may have happened: it was begun, its result is not recorded or "
                + "lost, and its effect is once; \(what): chassis retry \(job.run) --repeat-unknown",
            isPermanent: true
        )
    }

    /// The present attempt at a step, as the next attempt would find it.
    func openStep(_ identity: StepStore.Identity, _ error: any Error) -> StepStore.OpenStep {
        StepStore.OpenStep(
            of: identity,
            startedAt: Timestamp(rawValue: WallTime.now.microseconds),
            error: (error as? StepFailure)?.failure.message ?? "\(error)"
        )
    }

    /// Settles the intent of a step that threw.
    ///
    /// - Returns: Whether it was settled as unknown.
    func settleFailure(_ step: StepRequest, _ call: Int, _ error: any Error) async -> Bool {
        let settlement: StepStore.Settlement
        var unknownCalls = 0
        if let failure = error as? StepFailure {
            unknownCalls = failure.unknownCalls
            settlement =
                unknownCalls > 0 ? .unknown(failure.failure.message) : .failed(failure.failure.message)
        } else if error is Suspension {
            // Whoever suspends within a step has done nothing yet.
            settlement = .failed("the job was suspended before the step was run")
        } else if let error = error as? ToolsError, error.nothingHappened {
            settlement = .failed("\(error)")
        } else {
            unknownCalls = 1
            settlement = .unknown("\(error)")
        }
        if case .unknown = settlement, step.effect == .once, step.unknown != .retry {
            doubtful.add(step, openStep(identity(of: step, call: call), error))
        }
        // An intent that cannot be settled now stays open, and the next attempt settles it.
        let isSettled: Void? = try? await Shield.run { [self, unknownCalls] in
            try await patience {
                try await store.settle(
                    job: job.id,
                    epoch: job.epoch,
                    position: step.position.description,
                    call: call,
                    as: settlement.redacted(backlog.redactor),
                    unknownCalls: unknownCalls
                )
            }
        }
        if isSettled != nil, case .unknown = settlement { return true }
        return false
    }
}

extension StepStore.Settlement {
    /// Without secrets in its reason.
    func redacted(_ redactor: Redactor) -> Self {
        switch self {
        case .failed(let reason): .failed(redactor.redacted(reason))
        case .unknown(let reason): .unknown(redactor.redacted(reason))
        default: self
        }
    }
}
