import Checkpoints
import JobModel
import Logging
import Postgres
import Storage
import Telemetry
import Tools
import Workflow

/// What becomes of a job, and what its log hears of that.
extension JobRunner {
    /// What becomes of a job whose attempt threw.
    func outcome(
        of error: any Error,
        _ job: ClaimedJob,
        _ definition: JobDefinition?,
        _ signal: StopSignal
    ) -> JobOutcome {
        switch signal.reason {
        case .leaseLost: return .drop
        case .cancelled: return .end(.cancelled)
        case .drained where !(error is Suspension): return .release
        case .drained, nil: break
        }
        let failure: JobFailure
        switch error {
        case is ReleaseAtBoundary: return .release
        case let suspension as Suspension: return .suspend(suspension)
        case StorageError.leaseLost, StorageError.sessionEnded: return .drop
        case is CancellationError where Task.isCancelled: return .release
        case is CancellationError:
            // Given back it would begin again at once, without end.
            failure = JobFailure(code: "unexpected", message: "it cancelled itself, though nobody has stopped the job")
        case let error as JobFailure: failure = error
        case let error as StepFailure: failure = error.failure
        case let error as CheckpointError:
            // Not the job's fault, so whoever runs the worker is told too.
            logger.warning("the store cannot be used", metadata: [LogKey.error: "\(error)", LogKey.job: "\(job.id)"])
            failure = JobFailure(code: "store", message: "the checkpoint could not be kept or read: \(error)")
        case let error as StorageError:
            failure = JobFailure(code: "database", message: "\(error)")
        case let error as PostgresError:
            failure = JobFailure(code: "database", message: "\(error)")
        case let error as ToolsError:
            failure = JobFailure(code: "tool", message: "\(error)", isPermanent: error.isPermanent)
        default: failure = JobFailure(code: "unexpected", message: "\(error)")
        }
        let shown = JobFailure(
            code: failure.code,
            message: backlog.redactor.redacted(failure.message),
            isPermanent: failure.isPermanent
        )
        var generator = SystemRandomNumberGenerator()
        let decision = (definition?.retry ?? RetryPolicy()).decision(
            after: failure,
            failures: job.failures + 1,
            using: &generator
        )
        switch decision {
        case .fail: return .end(.failed(shown))
        case .retry(let delay): return .retry(shown, after: delay)
        }
    }

    /// Tells the job's log what becomes of it.
    func say(_ outcome: JobOutcome, to log: JobLog) {
        switch outcome {
        case .end(.failed(let failure)): log.event("failed: \(failure.message)")
        case .end(.cancelled): log.event("cancelled")
        case .end(.skipped): log.event("skipped: its condition is false")
        case .end: break
        case .produce(_, let products):
            for product in products { log.event("brought \(product.name) up to date") }
        case .retry(let failure, let delay):
            log.event("attempt failed: \(failure.message); the next one begins in \(delay.shortText)")
        case .release: log.event("released: its worker is being stopped")
        case .suspend(let suspension): log.event("suspended: waits for \(suspension.shown)")
        case .drop: break
        }
    }
}
