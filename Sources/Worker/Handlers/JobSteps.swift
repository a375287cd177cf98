import Checkpoints
import Digests
import Gateway
import Glibc
import JobModel
import Logging
import Storage
import Synchronization
import Telemetry
import Tools

/// Thrown at a step boundary by a job that is to be released there.
struct ReleaseAtBoundary: Error {}

/// The steps of one attempt: taken from their checkpoints where these exist, else run and recorded.
final class JobSteps: Sendable {
    /// What the attempt did not have to do again.
    private struct Replayed {
        var steps = 0
        var modelCalls = 0
        var saved = MicroDollars.zero
        var isNoted = false
    }

    private let job: ClaimedJob
    private let checkpoints: JobCheckpoints
    private let store: StepStore
    private let backlog: Backlog
    private let lease: SessionLease
    private let patience: Patience
    private let signal: StopSignal
    private let failpoints: Failpoints
    private let unknown: UnknownSteps
    private let desk: ApprovalDesk
    /// What the model calls of the job have cost, as far as this attempt knows; nil when a price was not known.
    private let spending = Mutex<MicroDollars?>(.zero)
    /// Whether the gateway has steps of earlier attempts to settle, which are none of this type's business.
    let hasGatewaySteps: Bool
    private let fork: JobFork?
    private let gate: PaidCallGate
    private let replayed = Mutex(Replayed())
    private let round = Mutex(1)

    /// Reads what earlier attempts recorded and settles what they left open.
    static func open(
        _ job: ClaimedJob,
        in store: DirectoryStore,
        steps: StepStore,
        backlog: Backlog,
        lease: SessionLease,
        signal: StopSignal,
        failpoints: Failpoints,
        log: JobLog,
        fork: JobFork?,
        desk: ApprovalDesk,
        bounds: PaidCall.Bounds = PaidCall.Bounds()
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
        if job.epoch.rawValue > 1 {
            let patience = Patience(lease: lease)
            for open in try await patience({ try await steps.open(of: job.id, before: job.epoch) }) {
                if GatewayJob.owns(position: open.position) {
                    hasGatewaySteps = true
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
            hasGatewaySteps: hasGatewaySteps,
            fork: fork,
            desk: desk,
            gate: PaidCallGate(job: job, store: steps, patience: Patience(lease: lease), bounds: bounds, log: log)
        )
    }

    private init(
        job: ClaimedJob,
        checkpoints: JobCheckpoints,
        store: StepStore,
        backlog: Backlog,
        lease: SessionLease,
        signal: StopSignal,
        failpoints: Failpoints,
        unknown: UnknownSteps,
        hasGatewaySteps: Bool,
        fork: JobFork?,
        desk: ApprovalDesk,
        gate: PaidCallGate
    ) {
        self.job = job
        self.checkpoints = checkpoints
        self.store = store
        self.backlog = backlog
        self.lease = lease
        patience = Patience(lease: lease)
        self.signal = signal
        self.failpoints = failpoints
        self.unknown = unknown
        self.hasGatewaySteps = hasGatewaySteps
        self.fork = fork
        self.desk = desk
        self.gate = gate
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
        if let position = StepPosition(open.position), let fingerprint = Fingerprint(hex: open.fingerprint) {
            // Whoever recorded it, a step that must not run again need not.
            if open.state == .recorded, try await checkpoints.recorded(position, fingerprint) != nil { return false }
            if let record = try await checkpoints.record(position, fingerprint, by: open.epoch) {
                try await steps.settle(
                    open,
                    of: job.id,
                    by: job.epoch,
                    as: .recorded(usage: record.usage, cost: record.cost)
                )
                return false
            }
        }
        switch open.state {
        case .unknown: return true
        case .recorded:
            log.event("the record of \(open.kind) step \(open.position) (\(open.name)) is lost, though it has happened")
            try await steps.doubt(
                job: job.id,
                epoch: open.epoch,
                position: open.position,
                because: "its result was recorded and is lost"
            )
            return true
        case .started:
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
            return true
        }
    }

    /// A job that is done round by round begins a round; its steps have positions of their own.
    func begin(round: Int) { self.round.withLock { $0 = round } }

    /// Throws when the job must not begin another step here.
    private func checkBoundary() throws {
        guard lease.isHeld else { throw StorageError.leaseLost(job.id, job.epoch) }
        try Task.checkCancellation()
        if signal.isDraining { throw ReleaseAtBoundary() }
    }

    /// Takes a step from its checkpoint, or runs and records it.
    ///
    /// - Parameter perform: Runs the step. It throws `StepFailure` when it knows what its failure means; after any other
    ///   error a step with an intent counts as unknown.
    /// - Returns: The step's result.
    /// - Throws: `JobFailure` when the step has an effect and may have happened before; `ReleaseAtBoundary` when the
    ///   worker drains; what `perform` threw.
    func run(
        _ step: StepRequest,
        perform: @Sendable (StepCalls) async throws -> StepResult
    ) async throws -> StepOutcome {
        let step = try placed(step)
        if let outcome = try await replayed(step) { return outcome }
        if let outcome = try await resolved(step, unknown.attempts(at: step)) { return outcome }
        await noteReplay()
        try await step.admit?(checkBoundary)
        let identity = identity(of: step)
        let charge = CurrentCharge(step.isPaid ? try await step.charge?() : nil)
        if step.needsIntent {
            failpoints.reach(.beforeIntent, with: step.position)
            try await intend(step, identity, charge.value)
        }
        failpoints.reach(.beforeSend, with: step.position)
        let startedAt = WallTime.now
        let began = ContinuousClock.now
        let result: StepResult
        do {
            let answer = try await perform(calls(of: step, identity, charge))
            result = charge.value?.settled(answer) ?? answer
        } catch {
            guard step.needsIntent else { throw error }
            let isUnknown = await settleFailure(step, error)
            guard isUnknown, step.effect == .once, signal.reason == nil, !Task.isCancelled else { throw error }
            // A person has to say what happened, before another attempt is spent on it.
            let attempt = openStep(identity, error)
            guard let outcome = try await resolved(step, [attempt]) else { throw error }
            return outcome
        }
        noteSpending(step, cost: result.cost)
        failpoints.reach(.afterAnswer, with: step.position)
        if let most = charge.value?.most, let cost = result.cost, cost > most { tellOverrun(step, cost, most) }
        // What has been paid for or has happened is kept, also when the job was stopped meanwhile.
        try await Shield.run { [self] in
            try await record(step, result, startedAt: startedAt)
            failpoints.reach(.afterCheckpoint, with: step.position)
            if step.needsIntent {
                try await patience {
                    try await store.settle(
                        job: job.id,
                        epoch: job.epoch,
                        position: step.position.description,
                        as: .recorded(usage: result.usage, cost: result.cost)
                    )
                }
            } else {
                backlog.add(
                    StepStore.FreeStep(identity: identity, startedAgo: .zero, took: ContinuousClock.now - began)
                )
            }
            failpoints.reach(.afterSettlement, with: step.position)
        }
        return StepOutcome(value: backlog.redactor.redacted(result.value), isReplayed: false)
    }

    /// The result of a step that need not run; nil where it would have to.
    func recorded(_ step: StepRequest) async throws -> JSONValue? {
        let step = try placed(step)
        guard case .found(let checkpoint) = try await checkpoints.lookup(step.position, step.fingerprint) else {
            return nil
        }
        noteReplayed(step, cost: checkpoint.record.cost)
        return checkpoint.result
    }

    /// A step in its place in the round that the job is in; once it has been placed, it stays there.
    func placed(_ step: StepRequest) throws(CheckpointError) -> StepRequest {
        guard !step.isPlaced else { return step }
        var step = try step.inRound(round.withLock { $0 })
        step.isPlaced = true
        return step
    }

    /// Whether the result of a step is recorded.
    func isRecorded(_ position: StepPosition, _ fingerprint: Fingerprint) async throws -> Bool {
        try await checkpoints.recorded(position.inRound(round.withLock { $0 }), fingerprint) != nil
    }

    /// Takes a step from its checkpoint; nil when it has none.
    func replayed(_ step: StepRequest) async throws -> StepOutcome? {
        try checkBoundary()
        let step = try placed(step)
        switch try await checkpoints.lookup(step.position, step.fingerprint) {
        case .found(let checkpoint):
            noteReplayed(step, cost: checkpoint.record.cost)
            return StepOutcome(value: checkpoint.result, isReplayed: true)
        case .damaged:
            if let value = try await mended(step) { return StepOutcome(value: value, isReplayed: true) }
        case .missing, .diverged: break
        }
        if let given = fork?.result(of: step) {
            try await record(step, StepResult(value: given), startedAt: .now)
            noteReplayed(step, cost: nil)
            return StepOutcome(value: given, isReplayed: true)
        }
        return nil
    }

    /// Writes the intent of a step, with its money where it costs some.
    private func intend(_ step: StepRequest, _ identity: StepStore.Identity, _ charge: ModelCharge?) async throws {
        guard step.isPaid else { return try await intend(step, identity) }
        try await gate.reserve(identity, charge) { try checkBoundary() }
    }

    /// A provider that bills more than can be has its budgets exceeded: somebody should look.
    private func tellOverrun(_ step: StepRequest, _ cost: MicroDollars, _ most: MicroDollars) {
        gate.log.event(
            "\(step.name) (step \(step.position)) cost \(cost) by its provider's account, more than the \(most) that it can "
                + "cost; see whether its price, its limits and the provider are right"
        )
    }

    /// Keeps content in the store, under its digest.
    func keep(_ content: [UInt8]) async throws -> BlobReference { try await checkpoints.keep(content) }

    /// Content that was kept.
    func kept(_ reference: BlobReference) async throws -> [UInt8] { try await checkpoints.kept(reference) }

    /// Keeps an artifact of this attempt.
    func keepArtifact(_ name: ArtifactName, _ content: [UInt8]) async throws {
        try await checkpoints.keepArtifact(name, content)
    }

    /// A text without the worker's secrets.
    func redacted(_ text: String) -> String { backlog.redactor.redacted(text) }

    /// Notes what was replayed and closes the journal.
    func close() async {
        await noteReplay()
        checkpoints.close()
    }

    /// A place that is passed while a step's answer comes in.
    func answerBegins(of step: StepPosition) { failpoints.reach(.duringAnswer, with: step) }

    /// Writes the intent of a step, and spends the approval it runs under.
    private func intend(_ step: StepRequest, _ identity: StepStore.Identity) async throws {
        guard let approval = step.approval else {
            try await patience { try await store.intend(identity) }
            return
        }
        let isSpent = try await patience {
            try await store.intend(identity, under: approval.id, digest: approval.digest)
        }
        guard !isSpent else { return }
        guard lease.isHeld else { throw StorageError.leaseLost(job.id, job.epoch) }
        throw JobFailure(
            code: "approval-mismatch",
            message:
                "\(step.name) (step \(step.position)) was not run: approval \(approval.id) is not for what it would do",
            isPermanent: true
        )
    }

    /// What a person says about a step that may have happened.
    ///
    /// - Returns: The step's outcome when it happened; nil when it may run.
    /// - Throws: `Suspension` while nobody has said it; `JobFailure` when the job is to fail.
    private func resolved(_ step: StepRequest, _ attempts: [StepStore.OpenStep]) async throws -> StepOutcome? {
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
            let value = step.value(ofResult: approval.proposal ?? .null)
            try await Shield.run { [self] in
                try await record(step, StepResult(value: value), startedAt: .now)
                for attempt in attempts where attempt.state != .recorded {
                    try await patience {
                        try await store.settle(attempt, of: job.id, by: job.epoch, as: .recorded(usage: nil, cost: nil))
                    }
                }
            }
            desk.log.event("\(step.name) (step \(step.position)) happened, says \(approval.decider)")
            return StepOutcome(value: value, isReplayed: true)
        case .open, .approved, .denied, .changes, .expired, .failed, .withdrawn:
            let reason = approval.reason.map { ": \($0)" } ?? ""
            throw outcomeUnknown(of: step, "\(approval.decider) has the job fail\(reason); if it is to run again")
        }
    }

    private func outcomeUnknown(of step: StepRequest, _ what: String) -> JobFailure {
        JobFailure(
            code: "outcome-unknown",
            message:
                "\(step.name) (step \(step.position)) may have happened: it was begun, its result is not recorded or "
                + "lost, and its effect is once; \(what): chassis retry \(job.run) --repeat-unknown",
            isPermanent: true
        )
    }

    /// The present attempt at a step, as the next attempt would find it.
    private func openStep(_ identity: StepStore.Identity, _ error: any Error) -> StepStore.OpenStep {
        StepStore.OpenStep(
            of: identity,
            startedAt: Timestamp(rawValue: WallTime.now.microseconds),
            error: (error as? StepFailure)?.failure.message ?? "\(error)"
        )
    }

    /// What the model calls of the job have cost, those of earlier attempts included as far as they were replayed; nil when
    /// a price was not known.
    var spent: MicroDollars? { spending.withLock { $0 } }

    private func noteSpending(_ step: StepRequest, cost: MicroDollars?) {
        guard step.isPaid else { return }
        spending.withLock { spending in
            guard let sum = spending, let cost else {
                spending = nil
                return
            }
            spending = sum + cost
        }
    }

    /// The result of a step whose own record is damaged, out of the record of the step that repeats it.
    private func mended(_ step: StepRequest) async throws -> JSONValue? {
        guard let mending = step.mending else { return nil }
        for carried in try await checkpoints.carried(by: mending.position) {
            guard let value = mending.result(carried.value, carried.fingerprint) else { continue }
            try await record(step, StepResult(value: value), startedAt: .now)
            noteReplayed(step, cost: nil)
            return value
        }
        return nil
    }

    private func record(_ step: StepRequest, _ result: StepResult, startedAt: WallTime) async throws {
        try await checkpoints.record(
            FinishedStep(
                position: step.position,
                fingerprint: step.fingerprint,
                kind: step.kind,
                startedAt: startedAt,
                endedAt: .now,
                effect: step.effect,
                request: .string(result.name ?? step.name),
                result: backlog.redactor.redacted(result.value),
                usage: result.usage,
                cost: result.cost,
                carries: step.carries.map { backlog.redactor.redacted($0) }
            )
        )
    }

    /// Settles the intent of a step that threw.
    ///
    /// - Returns: Whether it was settled as unknown.
    private func settleFailure(_ step: StepRequest, _ error: any Error) async -> Bool {
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
        // An intent that cannot be settled now stays open, and the next attempt settles it.
        let isSettled: Void? = try? await Shield.run { [self, unknownCalls] in
            try await patience {
                try await store.settle(
                    job: job.id,
                    epoch: job.epoch,
                    position: step.position.description,
                    as: settlement.redacted(backlog.redactor),
                    unknownCalls: unknownCalls
                )
            }
        }
        if isSettled != nil, case .unknown = settlement { return true }
        return false
    }

    private func noteReplayed(_ step: StepRequest, cost: MicroDollars?) {
        noteSpending(step, cost: cost)
        replayed.withLock { replayed in
            replayed.steps += 1
            if step.kind == .model { replayed.modelCalls += 1 }
            replayed.saved = replayed.saved + (cost ?? .zero)
            replayed.isNoted = false
        }
    }

    /// Writes down what was replayed so far, once before new work begins and once at the end.
    private func noteReplay() async {
        let damaged = checkpoints.statistics.damaged
        let now = replayed.withLock { replayed -> Replayed? in
            guard !replayed.isNoted, replayed.steps > 0 || damaged > 0 else { return nil }
            replayed.isNoted = true
            return replayed
        }
        guard let now else { return }
        // Figures for people: the attempt does not fail for them.
        try? await store.noteReplay(
            job: job.id,
            epoch: job.epoch,
            steps: now.steps,
            modelCalls: now.modelCalls,
            saved: now.saved,
            damaged: damaged
        )
    }

    private func identity(of step: StepRequest) -> StepStore.Identity {
        StepStore.Identity(
            job: job.id,
            epoch: job.epoch,
            attempt: job.attempt,
            position: step.position.description,
            kind: step.kind.rawValue,
            name: step.name,
            effect: step.effect,
            fingerprint: step.fingerprint.digest.bytes
        )
    }

    private func calls(
        of step: StepRequest,
        _ identity: StepStore.Identity,
        _ charge: CurrentCharge
    ) -> StepCalls {
        StepCalls(
            idempotencyKey: idempotencyKey(of: step),
            check: { [self] in try checkBoundary() },
            noteFailure: { [self] reason, mayHaveHappened in
                try await patience {
                    try await store.settle(
                        job: job.id,
                        epoch: job.epoch,
                        position: identity.position,
                        as: .failed(backlog.redactor.redacted(reason)),
                        unknownCalls: mayHaveHappened ? 1 : 0
                    )
                }
            },
            begin: { [self] name, next in
                try checkBoundary()
                if let next { charge.value = next }
                var renamed = identity
                renamed.name = name
                try await intend(step, renamed, charge.value)
            }
        )
    }

    /// The same in every attempt, so that a provider or tool that honours it does nothing twice.
    private func idempotencyKey(of step: StepRequest) -> String {
        "chassis-\(job.run)-\(job.id)-\(step.position)-\(step.fingerprint.hex.prefix(32))"
    }
}

extension StepStore.Settlement {
    /// Without secrets in its reason.
    fileprivate func redacted(_ redactor: Redactor) -> Self {
        switch self {
        case .failed(let reason): .failed(redactor.redacted(reason))
        case .unknown(let reason): .unknown(redactor.redacted(reason))
        default: self
        }
    }
}
