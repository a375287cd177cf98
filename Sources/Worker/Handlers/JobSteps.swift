import Checkpoints
import JobModel
import Settings
import Storage
import Synchronization
import Tools

/// Thrown at a step boundary by a job that is to be released there.
struct ReleaseAtBoundary: Error {}

/// The steps of one attempt: taken from their checkpoints where these exist, else run and recorded.
final class JobSteps: Sendable {
    let job: ClaimedJob
    let checkpoints: JobCheckpoints
    let store: StepStore
    let backlog: Backlog
    let lease: SessionLease
    let patience: Patience
    private let signal: StopSignal
    let failpoints: WorkerFailpoints
    private let unknown: UnknownSteps
    /// What earlier attempts gave to batches; nil for jobs that have none.
    let batched: BatchedSteps?
    let desk: ApprovalDesk
    let tally = StepTally()
    /// Whether the gateway has steps of earlier attempts to settle, which are none of this type's business.
    let hasGatewaySteps: Bool
    private let fork: JobFork?
    let gate: PaidCallGate
    let round = Mutex(1)
    let doubtful = DoubtfulSteps()

    init(
        job: ClaimedJob,
        checkpoints: JobCheckpoints,
        store: StepStore,
        backlog: Backlog,
        lease: SessionLease,
        signal: StopSignal,
        failpoints: WorkerFailpoints,
        unknown: UnknownSteps,
        batched: BatchedSteps?,
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
        self.batched = batched
        self.hasGatewaySteps = hasGatewaySteps
        self.fork = fork
        self.desk = desk
        self.gate = gate
    }

    /// A job that is done round by round begins a round; its steps have positions of their own.
    func begin(round: Int) { self.round.withLock { $0 = round } }

    /// Throws when the job must not begin another step here.
    func checkBoundary() throws {
        try checkLease()
        try Task.checkCancellation()
        if signal.isDraining { throw ReleaseAtBoundary() }
    }

    /// Throws when the lease is lost: the process may have been stopped for long, and another worker has the job.
    ///
    /// To be asked right before a call, behind whatever was waited for.
    func checkLease() throws {
        guard lease.isHeld else { throw StorageError.leaseLost(job.id, job.epoch) }
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
        let charge = CurrentCharge(step.isPaid ? try await step.charge?() : nil)
        let identity = identity(of: step, call: charge.number)
        if step.needsIntent {
            failpoints.reach(.beforeIntent, with: step.position)
            try await intend(step, identity, charge.value)
            try checkLease()
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
            let isUnknown = await settleFailure(step, charge.number, error)
            guard isUnknown, step.effect == .once, signal.reason == nil, !Task.isCancelled else { throw error }
            // A person has to say what happened, before another attempt is spent on it.
            let attempt = openStep(identity, error)
            guard let outcome = try await resolved(step, [attempt]) else { throw error }
            doubtful.remove(step)
            return outcome
        }
        tally.spent(on: step, cost: result.cost)
        failpoints.reach(.afterAnswer, with: step.position)
        if let most = charge.value?.most, let cost = result.cost, cost > most { tellOverrun(step, cost, most) }
        // What has been paid for or has happened is kept, also when the job was stopped meanwhile: that does not interrupt it.
        try await record(step, result, startedAt: startedAt)
        failpoints.reach(.afterCheckpoint, with: step.position)
        if step.needsIntent {
            let call = charge.number
            try await Shield.run { [self] in try await settle(step, call, result) }
        } else {
            backlog.add(StepStore.FreeStep(identity: identity, startedAgo: .zero, took: ContinuousClock.now - began))
        }
        failpoints.reach(.afterSettlement, with: step.position)
        return StepOutcome(value: backlog.redactor.redacted(result.value), isReplayed: false)
    }

    /// Settles the intent of a step whose record is durable.
    private func settle(_ step: StepRequest, _ call: Int, _ result: StepResult) async throws {
        try await patience {
            try await store.settle(
                job: job.id,
                epoch: job.epoch,
                position: step.position.description,
                call: call,
                as: .recorded(usage: result.usage, cost: result.cost)
            )
        }
    }

    /// The result of a step that need not run; nil where it would have to.
    func recorded(_ step: StepRequest) async throws -> JSONValue? {
        let step = try placed(step)
        guard case .found(let checkpoint) = try await checkpoints.lookup(step.position, step.fingerprint) else {
            return nil
        }
        tally.replayed(step, cost: checkpoint.record.cost)
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
            tally.replayed(step, cost: checkpoint.record.cost)
            return StepOutcome(value: checkpoint.result, isReplayed: true)
        case .damaged:
            if let value = try await mended(step) { return StepOutcome(value: value, isReplayed: true) }
        case .missing, .diverged: break
        }
        if let given = fork?.result(of: step) {
            try await record(step, StepResult(value: given), startedAt: .now)
            tally.replayed(step, cost: nil)
            return StepOutcome(value: given, isReplayed: true)
        }
        return nil
    }

    /// A provider that bills more than can be has its budgets exceeded: somebody should look.
    func tellOverrun(_ step: StepRequest, _ cost: MicroDollars, _ most: MicroDollars) {
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

    /// A value without the worker's secrets.
    func redacted(_ value: JSONValue) -> JSONValue { backlog.redactor.redacted(value) }

    /// A text without the worker's secrets.
    func redacted(_ text: String) -> String { backlog.redactor.redacted(text) }

    /// Notes what was replayed and closes the journal.
    func close() async {
        await noteReplay()
        checkpoints.close()
    }

    /// A place that is passed while a step's answer comes in.
    func answerBegins(of step: StepPosition) { failpoints.reach(.duringAnswer, with: step) }

    /// What the model calls of the job have cost, those of earlier attempts included as far as they were replayed; nil when
    /// a price was not known.
    var spent: MicroDollars? { tally.spent }

    /// What the calls have cost that the job's program made, in all attempts; nil when that is not known.
    func spentByProgram() async throws -> MicroDollars? { try await patience { try await store.cost(of: job.id) } }

    /// Writes down what was replayed so far, once before new work begins and once at the end.
    func noteReplay() async {
        let damaged = checkpoints.statistics.damaged
        guard let now = tally.takeNews(damaged: damaged) else { return }
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

    /// The result of a step whose own record is damaged, out of the record of the step that repeats it.
    private func mended(_ step: StepRequest) async throws -> JSONValue? {
        guard let mending = step.mending else { return nil }
        for carried in try await checkpoints.carried(by: mending.position) {
            let value: JSONValue
            switch mending.result(carried.value, carried.fingerprint) {
            case .inline(let found)?: value = found
            case .blob(let blob)?:
                // What does not read as it was written is no answer.
                guard let content = try? await checkpoints.kept(blob), let found = try? JSONValue(parsing: content)
                else { continue }
                value = found
            case nil: continue
            }
            try await record(step, StepResult(value: value), startedAt: .now)
            tally.replayed(step, cost: nil)
            return value
        }
        return nil
    }

    func record(_ step: StepRequest, _ result: StepResult, startedAt: WallTime) async throws {
        // What the next turn's record does not repeat has a blob, which that one names.
        let largest = step.kind == .model ? CarriedMessages.largestAnswer : StoredValue.maximumInlineByteCount
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
            ),
            largestInline: largest
        )
    }
}
