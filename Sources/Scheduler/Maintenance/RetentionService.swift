package import Checkpoints
import JobModel
package import Logging
package import Postgres
import ServiceLifecycle
import Settings
import Storage
import Synchronization
import Telemetry

/// Deletes what is past its retention: ended runs with their journals, sessions that ended, and what nobody uses any more.
///
/// Any number of schedulers may run it; each run is deleted by one of them. It rests at least as long as it worked, so
/// that a long history that falls due at once takes half a core at most.
package struct RetentionService: Service {
    /// How long the service waits when nothing is past its retention.
    static let interval = Duration.seconds(60)
    /// How many runs are deleted in one transaction.
    static let batch = 20
    /// How many gates, events or versions of workflows are looked at in one transaction.
    static let looksAtOnce = 2000
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(600)

    /// What the looks of one process remember.
    private final class Place: Sendable {
        let event = Mutex<Int64>(0)
        let gate = Mutex<Int64>(0)
        let version = Mutex<Int64>(0)
    }

    private let runs: RetentionStore
    private let events: EventStore
    private let schedules: ScheduleStore
    private let store: DirectoryStore
    private let retention: Duration
    /// Behind which event, gate and version the next look begins.
    private let place = Place()
    private let failpoints: SchedulerFailpoints
    private let logger: Logger

    package init(
        pool: PostgresPool,
        store: DirectoryStore,
        retention: Duration,
        failpoints: SchedulerFailpoints = SchedulerFailpoints(nil),
        logger: Logger
    ) {
        runs = RetentionStore(pool)
        events = EventStore(pool)
        schedules = ScheduleStore(pool)
        self.store = store
        self.retention = retention
        self.failpoints = failpoints
        self.logger = logger
    }

    package func run() async throws {
        let patrol = Patrol(
            shortestPause: Self.interval,
            longestPause: Self.longestPause,
            complaint: "old runs could not be deleted",
            logger: logger
        )
        await patrol.run {
            let began = ContinuousClock.now
            return try await pass() > 0 ? .now - began : Self.interval
        }
    }

    /// Deletes a batch of everything that there is to delete.
    ///
    /// - Returns: How many runs and other things were deleted.
    /// - Throws: The first error, once all the others were tried.
    package func pass() async throws -> Int {
        let stages: [() async throws -> Int] = [
            pruneRuns,
            { try await runs.pruneSessions(endedBefore: retention, limit: Self.batch) },
            pruneEvents,
            { try await schedules.pruneDueTimes(before: retention, limit: Self.batch) },
            { try await runs.pruneBatches(madeBefore: retention, limit: Self.batch) },
            { try await runs.pruneStarters(droppedBefore: retention, limit: Self.batch) },
            pruneGates,
            pruneVersions,
        ]
        var deleted = 0
        var fault: (any Error)?
        for stage in stages {
            do { deleted += try await stage() } catch { fault = fault ?? error }
        }
        if let fault { throw fault }
        return deleted
    }

    /// Deletes old runs, the rows first: a run whose journals are gone must not be there to be retried.
    ///
    /// Where the process is killed in between, another one removes the journals a minute later.
    private func pruneRuns() async throws -> Int {
        let pruned = try await runs.pruneRuns(endedBefore: retention, limit: Self.batch)
        if !pruned.isEmpty { failpoints.reach(.afterPrune) }
        _ = try await removeJournals(of: pruned)
        if !pruned.isEmpty { logger.debug("old runs were deleted", metadata: [LogKey.count: "\(pruned.count)"]) }
        let left = try await removeJournals(of: runs.takePrunedRuns(limit: Self.batch))
        return pruned.count + left
    }

    /// Removes the journals of runs whose rows are gone; those that cannot be removed are tried again a minute later.
    ///
    /// - Returns: Of how many they are gone.
    private func removeJournals(of pruned: [RunID]) async throws -> Int {
        guard !pruned.isEmpty else { return 0 }
        var removed: [RunID] = []
        for run in pruned {
            do {
                try await store.remove(run)
                removed.append(run)
            } catch {
                logger.warning(
                    "the journals of a deleted run could not be removed",
                    metadata: [LogKey.run: "\(run)", LogKey.error: "\(error)"]
                )
            }
        }
        try await runs.forgetPrunedRuns(removed)
        return removed.count
    }

    /// Goes on with the events behind those of the last look: those that triggers hold are not walked over each time.
    private func pruneEvents() async throws -> Int {
        let (deleted, next) = try await events.prune(
            olderThan: retention,
            after: place.event.withLock { $0 },
            looks: Self.looksAtOnce,
            limit: Self.batch
        )
        place.event.withLock { $0 = next ?? 0 }
        return deleted
    }

    /// Goes on with the gates behind those of the last look.
    private func pruneGates() async throws -> Int {
        let (deleted, next) = try await runs.pruneGates(
            after: place.gate.withLock { $0 },
            limit: Self.looksAtOnce
        )
        place.gate.withLock { $0 = next ?? 0 }
        return deleted
    }

    /// Goes on with the versions behind those of the last look.
    private func pruneVersions() async throws -> Int {
        let (deleted, next) = try await runs.pruneVersions(
            after: place.version.withLock { $0 },
            limit: Self.looksAtOnce,
            olderThan: retention
        )
        place.version.withLock { $0 = next ?? 0 }
        return deleted
    }
}
