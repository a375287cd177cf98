import JobModel
package import Logging
package import Postgres
import ServiceLifecycle
import Settings
package import Storage
import Telemetry

/// Looks several times a second for what needs mending, and mends it: dead sessions, their jobs, delayed jobs.
///
/// Any number of schedulers may run it; workers do the same once a second, so a system without a scheduler heals too.
package struct RepairService: Service {
    /// How far apart two looks are.
    package static let interval = Duration.milliseconds(100)
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(2)

    private let pool: PostgresPool
    private let repair: Repair
    private let notifier: ReadyNotifier
    private let failpoints: SchedulerFailpoints
    private let logger: Logger

    package init(
        pool: PostgresPool,
        repair: Repair,
        notifier: ReadyNotifier,
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger
    ) {
        self.pool = pool
        self.repair = repair
        self.notifier = notifier
        self.failpoints = failpoints
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Self.interval
            var lastThorough: ContinuousClock.Instant?
            while !Task.isCancelled {
                do {
                    let isThorough = lastThorough.map { .now - $0 >= Repair.thoroughInterval } ?? true
                    let report = try await repair.pass(on: pool, isThorough: isThorough) { ended in
                        if ended.contains(where: { $0.endReason != nil }) { failpoints.reach(.afterSessionEnd) }
                    }
                    if !report.rescued.isEmpty { failpoints.reach(.afterRescue) }
                    if isThorough { lastThorough = .now }
                    notifier.notify(report.readied)
                    tell(report)
                    pause = Self.interval
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("the look for dead sessions failed", metadata: [LogKey.error: "\(error)"])
                    pause = min(pause * 2, Self.longestPause)
                }
                do { try await ContinuousClock().sleep(for: pause) } catch { return }
            }
        }
    }

    private func tell(_ report: Repair.Report) {
        for change in report.sessions {
            guard let reason = change.endReason else { continue }
            logger.warning(
                "a session was ended",
                metadata: [
                    LogKey.session: "\(change.session)", LogKey.worker: "\(change.worker)", LogKey.reason: "\(reason)",
                ]
            )
        }
        for job in report.rescued {
            logger.warning(
                job.hasFailed ? "a job was failed: it lost its worker too often" : "a job was rescued",
                metadata: [LogKey.job: "\(job.job)", LogKey.run: "\(job.run)", LogKey.queue: "\(job.queue)"]
            )
        }
    }
}
