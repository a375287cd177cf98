import Checkpoints
import Digests
import JobModel
import Logging
import Postgres
import Settings
import Storage
import Telemetry
import Tools
import Workflow

/// Runs claimed jobs: finds out what they are, has their handlers run them, and says what becomes of them.
struct JobRunner: Sendable {
    let definitions: Definitions
    let runs: RunStore
    let maps: MapStore
    let notifier: ReadyNotifier
    let steps: StepStore
    let approvals: ApprovalStore
    let forks: ForkStore
    let batches: BatchStore
    let prices: PriceBook
    let store: DirectoryStore
    let backlog: Backlog
    let lease: SessionLease
    let failpoints: WorkerFailpoints
    let scratchRoot: ScratchRoot
    let handlers: [JobKind.Name: any JobHandler]
    let plainHandlers: [String: PlainHandler]
    let logger: Logger

    /// The largest output that is kept in the database, as JSON text in bytes; larger ones go to the store.
    static let maximumInlineOutput = 8192

    /// Runs one attempt of a job.
    func run(_ job: ClaimedJob, _ signal: StopSignal) async -> JobOutcome {
        guard !job.isCancelled else { return .end(.cancelled) }
        if let reason = job.unreadable {
            let message = "what the job is given cannot be read: \(reason)"
            return .end(.failed(JobFailure(code: "params-unreadable", message: message, isPermanent: true)))
        }
        logger.debug(
            "a job begins",
            metadata: [
                LogKey.job: "\(job.id)", LogKey.epoch: "\(job.epoch)", LogKey.attempt: "\(job.attempt)",
                LogKey.jobName: "\(job.name)",
            ]
        )
        let log = JobLog(job, backlog: backlog)
        var definition: JobDefinition?
        var outcome: JobOutcome
        do {
            if let handler = plainHandlers[job.kind] {
                outcome = try await attempt(job, handler, signal, log)
            } else {
                let found = try await self.definition(of: job)
                definition = found
                outcome = try await attempt(job, found, signal, log)
            }
        } catch {
            outcome = self.outcome(of: error, job, definition, signal)
        }
        say(outcome, to: log)
        if plainHandlers[job.kind] == nil { await backlog.flush() }
        failpoints.reach(.beforeEnd)
        logger.debug(
            "a job's handler has returned",
            metadata: [LogKey.job: "\(job.id)", LogKey.epoch: "\(job.epoch)"]
        )
        return outcome
    }

    var patience: Patience { Patience(lease: lease) }

    private func definition(of job: ClaimedJob) async throws -> JobDefinition {
        let workflow = try await patience { try await definitions.definition(job.version) }
        guard let definition = workflow.job(named: job.name) else {
            throw JobFailure(
                code: "workflow-not-understood",
                message: "version \(job.version) has no job \(job.name)",
                isPermanent: true
            )
        }
        return definition
    }

    private func attempt(
        _ job: ClaimedJob,
        _ definition: JobDefinition,
        _ signal: StopSignal,
        _ log: JobLog
    ) async throws -> JobOutcome {
        let expressions = try await expressions(for: job, definition)
        if let when = definition.when, definition.isJudged(by: job),
            try !isTrue(when, in: expressions.context)
        {
            return .end(.skipped)
        }
        if let map = definition.flow.map, job.item == nil {
            return try await mapped(job, over: map, in: expressions.context, signal, log)
        }
        if let setup = definition.flow.setup, expressions.unbegun.contains(setup) { return .end(.skipped) }
        guard let handler = handlers[definition.kind.name] else {
            throw JobFailure(code: "kind-unknown", message: "this worker has no handler for \(definition.kind.name)")
        }
        if job.attempt > 1 || job.epoch.rawValue > 1 {
            log.event("attempt \(job.attempt) begins (epoch \(job.epoch))")
        }
        let fork = try await fork(of: job)
        let bounds = try await bounds(of: job, definition)
        let batches = definition.kind.isBatch ? self.batches : nil
        let steps = try await openSteps(job, signal, log, fork, bounds, batches)
        let context = JobContext(
            job: job,
            definition: definition,
            expressions: expressions.context,
            steps: steps,
            fork: fork,
            log: log,
            approvals: desk(for: job, log),
            money: JobMoney(prices: prices, patience: patience, bounds: bounds),
            scratch: ScratchDirectory(root: scratchRoot, job: job.id, epoch: job.epoch)
        )
        do {
            let output = try await race(signal, timeout: definition.timeout) { try await work(handler, context) }
            let outcome = try await end(with: output, job)
            let products = try products(of: definition, leaving: output, in: expressions.context)
            await steps.close()
            guard !products.isEmpty, case .end(let ending) = outcome else { return outcome }
            return .produce(ending, products)
        } catch {
            await steps.close()
            throw error
        }
    }

    /// Runs a job of one of the worker's own kinds.
    private func attempt(
        _ job: ClaimedJob,
        _ handler: @escaping PlainHandler,
        _ signal: StopSignal,
        _ log: JobLog
    ) async throws -> JobOutcome {
        let context = PlainContext(job: job) { try await openSteps(job, signal, log, nil) }
        do {
            let output = try await race(signal, timeout: nil) { try await handler(context) }
            await context.close()
            return try await end(with: output, job)
        } catch {
            await context.close()
            throw error
        }
    }

    /// What a job of a forked run takes over.
    private func fork(of job: ClaimedJob) async throws -> JobFork? {
        guard job.isFork else { return nil }
        return try await patience { try await forks.inheritance(of: job.id) }.map(JobFork.init)
    }

    /// What the workflow file says of the job's money.
    private func bounds(of job: ClaimedJob, _ definition: JobDefinition) async throws -> PaidCall.Bounds {
        let workflow = try await patience { try await definitions.definition(job.version) }
        return JobMoney.bounds(of: definition, in: workflow)
    }

    private func openSteps(
        _ job: ClaimedJob,
        _ signal: StopSignal,
        _ log: JobLog,
        _ fork: JobFork?,
        _ bounds: PaidCall.Bounds = PaidCall.Bounds(),
        _ batches: BatchStore? = nil
    ) async throws -> JobSteps {
        try await JobSteps.open(
            job,
            in: store,
            steps: steps,
            backlog: backlog,
            lease: lease,
            signal: signal,
            failpoints: failpoints,
            log: log,
            fork: fork,
            desk: desk(for: job, log),
            bounds: bounds,
            batches: batches
        )
    }

    private func desk(for job: ClaimedJob, _ log: JobLog) -> ApprovalDesk {
        ApprovalDesk(store: approvals, job: job.id, epoch: job.epoch, patience: patience, log: log)
    }

    /// Runs the handler until it returns, must stop, or takes too long.
    private func race(
        _ signal: StopSignal,
        timeout: Duration?,
        _ handler: @escaping @Sendable () async throws -> JSONValue
    ) async throws -> JSONValue {
        try await withThrowingTaskGroup(of: JSONValue.self) { group in
            group.addTask { try await signal.cancelling(handler) }
            if let timeout {
                group.addTask {
                    try await ContinuousClock().sleep(for: timeout)
                    throw JobFailure(
                        code: "timeout",
                        message: "the attempt took longer than \(timeout.shortText)",
                        kind: .timeout
                    )
                }
            }
            defer { group.cancelAll() }
            guard let output = try await group.next(), signal.reason == nil else { throw CancellationError() }
            return output
        }
    }

    private func end(with output: JSONValue, _ job: ClaimedJob) async throws -> JobOutcome {
        // It goes into answers and into others' params, with other things around it, and has to be readable there.
        let isDeep = output.isNested(deeperThan: JSONValue.maximumForeignDepth)
        let output: JSONValue = isDeep ? .string(output.text()) : output
        let bytes = output.encoded()
        guard bytes.count > Self.maximumInlineOutput || Self.holdsNull(bytes) else { return .end(.succeeded(output)) }
        let blob = try await store.putBlob(bytes)
        return .end(.succeededWithBlob(StoredBlob(digest: blob.digest.hex, byteCount: blob.byteCount)))
    }

    /// Whether a text in the JSON may hold U+0000, which the database keeps in no value.
    static func holdsNull(_ json: [UInt8]) -> Bool {
        let escape = Array(#"\u0000"#.utf8)
        return json.indices.contains { json[$0] == escape[0] && json[$0...].starts(with: escape) }
    }
}
