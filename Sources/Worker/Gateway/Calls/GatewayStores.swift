import Checkpoints
import HTTPTransport
import JobModel
import Logging
import Postgres
import Storage
import Telemetry

/// What all attempts of a gateway share.
struct GatewayStores: Sendable {
    /// How long the database may be away before a call is refused.
    static let patience = Duration.seconds(15)

    let store: DirectoryStore
    let steps: StepStore
    let logs: LogStore
    let locks: CallLocks
    let localCalls = LocalCalls()
    let client: HTTPClient
    let performer: CallPerformer
    let logger: Logger

    /// Does something with the database, again while it is away for a moment.
    func patiently<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let giveUpAt = ContinuousClock.now + Self.patience
        var pause = Duration.milliseconds(20)
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.isTransient && ContinuousClock.now < giveUpAt {
                try await ContinuousClock().sleep(for: pause)
                pause = min(pause * 2, .seconds(1))
            }
        }
    }

    /// Tells people something about a job; its program does not fail for it.
    func say(_ text: String, of job: GatewayJob) async {
        do {
            try await logs.add([
                LogStore.Line(run: job.run, job: job.job, epoch: job.epoch, stream: .event, text: text, ago: .zero)
            ])
        } catch {
            logger.debug("a line was not kept", metadata: [LogKey.error: "\(error)"])
        }
    }
}
