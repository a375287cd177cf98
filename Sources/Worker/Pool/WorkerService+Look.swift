import JobModel
import Logging
import Postgres
import Settings
import Storage
import Telemetry

extension WorkerService {
    /// Looks once a second at what nobody told of: queues, delayed jobs that are due, and sessions that died.
    func look(jobs: JobPool, notifier: ReadyNotifier, pool: PostgresPool, logger: Logger) async throws {
        let repair = Repair(poisonLimit: settings.poisonLimit)
        var lastThorough: ContinuousClock.Instant?
        // What was pending before this worker began, nobody tells it of.
        await findQueues(for: jobs, pool)
        while true {
            var generator = SystemRandomNumberGenerator()
            try await ContinuousClock().sleep(
                for: JobPool.pollInterval * Double.random(in: 0.75...1, using: &generator)
            )
            jobs.poll()
            await findQueues(for: jobs, pool)
            do {
                let isThorough = lastThorough.map { .now - $0 >= Repair.thoroughInterval } ?? true
                let report = try await repair.pass(on: pool, isThorough: isThorough)
                if isThorough { lastThorough = .now }
                notifier.notify(report.readied)
                for job in report.rescued {
                    logger.warning("a job was rescued", metadata: [LogKey.job: "\(job.job)"])
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.debug("the look at the sessions failed", metadata: [LogKey.error: "\(error)"])
            }
        }
    }

    /// Looks for queues of jobs that ask for labels which this worker has.
    private func findQueues(for jobs: JobPool, _ pool: PostgresPool) async {
        guard !subscription.labels.pairs.isEmpty else { return }
        // A look that fails is made again in a second.
        jobs.found((try? await QueueStore(pool).pendingQueues()) ?? [])
    }
}
