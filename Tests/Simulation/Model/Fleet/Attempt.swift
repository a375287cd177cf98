import Checkpoints
import JobModel
import Storage
import Worker

/// One attempt at a job: what `JobRunner` and `JobSteps` do, around the real checkpoints and the real decisions about intents,
/// budgets and retries.
final class Attempt: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    enum Outcome: Sendable {
        case end(JobEnding.Outcome)
        case retry(after: Int)
        case release
        case suspend(until: Int?)
        case drop
    }

    struct LeaseLost: Error {}
    struct ReleaseAtBoundary: Error {}
    /// A call that went wrong.
    struct CallFailure: Error {
        let failure: JobFailure
        /// How many calls may have happened.
        let unknownCalls: Int
    }

    /// By default no retries are used up.
    private static let retries = RetryPolicy(
        maximumAttempts: 10_000,
        baseDelay: .milliseconds(50),
        maximumDelay: .milliseconds(1000)
    )

    let worker: SimulatedWorker
    let job: ClaimedJob
    let signal: StopSignal
    let program: Program
    /// What may have happened although no record says so, by position.
    var unknown: [Int: [StepRow]] = [:]
    private var opened: JobCheckpoints?

    init(worker: SimulatedWorker, job: ClaimedJob, signal: StopSignal) {
        self.worker = worker
        self.job = job
        self.signal = signal
        program = worker.world.programs[job.id.index]
    }

    var world: World { worker.world }
    var database: ModelDatabase { worker.world.database }
    var process: SimulatedProcess { worker.process }
    var chances: Chances { worker.world.chances }
    var number: Int { job.id.index }
    var epoch: Int { Int(job.epoch.rawValue) }
    var checkpoints: JobCheckpoints {
        guard let opened else { preconditionFailure("the attempt is not open") }
        return opened
    }

    /// Runs it.
    ///
    /// - Throws: `killed`.
    func run() async throws -> Outcome {
        guard !job.isCancelled else { return .end(.cancelled) }
        do {
            opened = try await open()
            var output = 0
            for position in program.steps.indices { output = output * 10 + (try await step(position)) }
            guard signal.reason == nil else { throw CancellationError() }
            return .end(.succeeded(.integer(Int64(output))))
        } catch ProcessError.killed {
            throw ProcessError.killed
        } catch {
            guard process.isAlive else { throw ProcessError.killed }
            return outcome(of: error)
        }
    }

    private func outcome(of error: any Error) -> Outcome {
        switch signal.reason {
        case .leaseLost: return .drop
        case .cancelled: return .end(.cancelled)
        case .drained where !(error is Suspension): return .release
        case .drained, nil: break
        }
        let failure: JobFailure
        switch error {
        case is ReleaseAtBoundary, is CancellationError: return .release
        case let suspension as Suspension:
            switch suspension.until {
            case nil: return .suspend(until: nil)
            case .after(let length)?: return .suspend(until: world.time.now + Int(length.wholeMicroseconds / 1000))
            case .at(let microseconds)?: return .suspend(until: Int(microseconds / 1000))
            }
        case is LeaseLost: return .drop
        case let error as JobFailure: failure = error
        case let error as CallFailure: failure = error.failure
        default: failure = JobFailure(code: "unexpected", message: "\(error)")
        }
        switch chances.with({ Self.retries.decision(after: failure, failures: job.failures + 1, using: &$0) }) {
        case .fail: return .end(.failed(failure))
        case .retry(let delay): return .retry(after: Int(delay.wholeMicroseconds / 1000))
        }
    }

    // MARK: What it stands on

    /// Asks the database, again and again while the lease is held.
    func patience<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async throws -> Value {
        while true {
            do {
                return try await process.ask(body)
            } catch ProcessError.noAnswer where worker.isLeaseHeld {
                try await process.pause(20...1000)
            }
        }
    }

    /// Lets time pass for the handler, which ends when it is told to stop.
    func handlerPause(_ range: ClosedRange<Int>) async throws {
        try await process.pause(range)
        if signal.reason != nil { throw CancellationError() }
    }

    func checkBoundary() throws {
        guard worker.isLeaseHeld else { throw LeaseLost() }
        if signal.reason != nil { throw CancellationError() }
        if signal.isDraining { throw ReleaseAtBoundary() }
    }

    // MARK: Opening

    private func open() async throws -> JobCheckpoints {
        world.outside.attemptOpens(number, epoch)
        let checkpoints = try await JobCheckpoints.open(
            in: worker.store,
            job: JobReference(run: job.run, job: job.id),
            epoch: job.epoch
        )
        if !worker.store.isEmpty(checkpoints.journal) || database.weakness == .drawsNoMark && epoch > 1 {
            world.outside.attemptHasMark(number, epoch)
        }
        guard epoch > 1, database.weakness != .forgetsIntents else { return checkpoints }
        // Others may go on between its mark and what it finds open.
        try await process.mayBeStoppedApart()
        let (database, number, epoch) = (database, number, epoch)
        for intent in try await patience({ await database.openSteps(of: number, before: epoch) }) {
            if try await reconcile(intent, with: checkpoints) { unknown[intent.position, default: []].append(intent) }
        }
        return checkpoints
    }

    /// As `JobSteps.reconcile`.
    private func reconcile(_ intent: StepRow, with checkpoints: JobCheckpoints) async throws -> Bool {
        let (position, fingerprint) = (
            world.names.positions[intent.position], world.names.fingerprints[intent.position]
        )
        guard let left = intent.left else { preconditionFailure("\(intent) is settled") }
        let own = try await checkpoints.record(position, fingerprint, by: LeaseEpoch(rawValue: Int64(intent.epoch)))
        let any = try await checkpoints.recorded(position, fingerprint)
        let finding = left.finding(
            isRecorded: any != nil,
            isRecordedByIt: own != nil || database.weakness == .settlesByAnyRecord && any != nil
        )
        switch finding {
        case .isKept, .stayUnknown: break
        case .settleByRecord:
            let cost = Int((own?.cost ?? any?.record.cost)?.rawValue ?? 0)
            try await settle(intent, as: .recorded, cost: cost)
        case .doubt:
            let (database, number, epoch) = (database, number, epoch)
            guard try await patience({ await database.doubt(number, by: epoch) }) else { throw LeaseLost() }
            world.outside.add(violation: "the record of step \(intent.position) of job \(number) is lost")
        case .settleAsUnknown: try await settle(intent, as: .unknown, cost: 0)
        }
        return finding.isUnknown
    }

    private func settle(_ intent: StepRow, as state: StepRow.State, cost: Int) async throws {
        let (database, number, epoch) = (database, number, epoch)
        let isHeld = try await patience {
            await database.settleEarlier(number, by: epoch, intent.epoch, intent.position, as: state, cost: cost)
        }
        if !isHeld { throw LeaseLost() }
    }
}

extension StepRow {
    /// As the next attempt finds it; nil when it is settled.
    fileprivate var left: LeftIntent? {
        switch state {
        case .started: .started
        case .unknown: .unknown
        case .recorded: .recorded
        case .failed, .dismissed: nil
        }
    }
}
