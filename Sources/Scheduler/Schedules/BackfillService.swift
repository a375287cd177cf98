import JobModel
package import Logging
package import Postgres
import ServiceLifecycle
package import Storage
import Telemetry

/// Starts the runs of backfills, as many at once as each allows, behind all live work.
///
/// Any number of schedulers may run it; one at a time deals with a backfill.
package struct BackfillService: Service {
    /// How far apart two looks are.
    static let interval = Duration.milliseconds(500)
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(10)
    /// How far below its live runs' priority the jobs of a backfill stand: below every priority that a file can name.
    static let priorityDrop: Int16 = 10_000

    private let pool: PostgresPool
    private let store: BackfillStore
    private let starter: ScheduleStarter
    private let notifier: ReadyNotifier
    private let logger: Logger

    package init(pool: PostgresPool, notifier: ReadyNotifier, logger: Logger) {
        self.pool = pool
        store = BackfillStore(pool)
        starter = ScheduleStarter(pool)
        self.notifier = notifier
        self.logger = logger
    }

    package func run() async throws {
        let patrol = Patrol(
            shortestPause: Self.interval,
            longestPause: Self.longestPause,
            complaint: "a backfill could not go on",
            logger: logger
        )
        await patrol.run {
            try await pass()
            return Self.interval
        }
    }

    /// Looks at each backfill once.
    ///
    /// - Throws: The first error, once all the others were looked at.
    package func pass() async throws {
        var last: Int64 = 0
        var fault: (any Error)?
        while true {
            do {
                guard let (id, queues) = try await advance(after: last) else { break }
                last = id
                notifier.notify(queues)
            } catch let error as BackfillFault {
                fault = fault ?? error
                last = error.id
            }
        }
        if let fault { throw fault }
    }

    private func advance(after id: Int64) async throws -> (Int64, [String])? {
        try await pool.transaction { connection in
            guard let backfill = try await store.take(after: id, on: connection) else { return nil }
            do {
                var queues: [String] = []
                for item in try await store.items(of: backfill, on: connection) {
                    var submission = try await starter.submission(
                        version: backfill.version,
                        workflow: backfill.workflow,
                        schedule: backfill.schedule,
                        due: item.due,
                        on: connection
                    )
                    // Runs that became one would leave due times without theirs.
                    submission.start = nil
                    for index in submission.jobs.indices { submission.jobs[index].priority -= Self.priorityDrop }
                    queues += try await store.start(item, of: backfill, submission, on: connection)
                }
                return (backfill.id, queues)
            } catch let error as CancellationError {
                throw error
            } catch let error as PostgresError where error.isTransient {
                throw error
            } catch {
                throw BackfillFault(id: backfill.id, reason: "\(error)")
            }
        }
    }
}
