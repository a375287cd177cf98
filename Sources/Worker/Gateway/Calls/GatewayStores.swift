import Checkpoints
import HTTPTransport
import JobModel
import Logging
import Postgres
import Storage
import Telemetry
import Tools

/// What all attempts of a gateway share.
struct GatewayStores: Sendable {
    /// The most calls under way at once, of all jobs of a worker.
    static let mostCalls = 1000

    let store: DirectoryStore
    let steps: StepStore
    let books: CallBooks
    let logs: LogStore
    let locks: CallLocks
    let gates: ConnectionGates
    let localCalls = LocalCalls()
    let hangUps = HangUps()
    let results = ResultsUnderWay()
    let client: HTTPClient
    let performer: CallPerformer
    let room = BodyRoom()
    /// What answers have that are sent out of their records.
    let answers = BodyRoom()
    /// Records that are read at once, before it is known how large they are.
    let reading = AsyncCounter(4)
    /// What answers have that come from providers.
    let liveAnswers = AnswerRoom()
    /// Lets so many calls be under way at once; the others wait in their order.
    let places = AsyncCounter(Self.mostCalls)
    /// Takes the secrets of the worker's connections out of what people are shown of requests and steps.
    let redactor: Redactor
    let logger: Logger

    /// - Parameter pool: Connections to the database; those of its locks are made by `options`.
    init(
        store: DirectoryStore,
        pool: PostgresPool,
        options: PostgresConnection.Options,
        redactor: Redactor,
        logger: Logger
    ) {
        let steps = StepStore(pool)
        self.store = store
        self.steps = steps
        books = CallBooks(steps)
        logs = LogStore(pool)
        locks = CallLocks(options)
        gates = ConnectionGates(store: ConnectionStore(pool), patience: CallPatience())
        client = HTTPClient()
        performer = CallPerformer()
        self.redactor = redactor
        self.logger = logger
    }

    /// Does something with the database, again while it is away for a moment.
    func patiently<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await CallPatience()(body)
    }

    /// Tells people something about a job; its program does not fail for it.
    func say(_ text: String, of job: GatewayJob) async {
        do {
            try await logs.add([
                LogStore.Line(
                    run: job.run,
                    job: job.job,
                    epoch: job.epoch,
                    stream: .event,
                    text: redactor.redacted(text),
                    ago: .zero
                )
            ])
        } catch {
            logger.debug("a line was not kept", metadata: [LogKey.error: "\(error)"])
        }
    }
}
