import JobModel
package import Logging
package import Postgres
import ServiceLifecycle
package import Settings
import Storage
import Telemetry
import Threads

/// Looks at the sources of assets, each at its own interval, and tells of what arrives.
///
/// Any number of schedulers may look at the same places: each arrival is told of once.
package struct AssetSourceService: Service {
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(600)

    private let watches: [AssetSourceWatch]
    private let dispatcher: EventDispatcher
    private let logger: Logger

    package init(
        _ sources: [AssetSource],
        pool: PostgresPool,
        dispatcher: EventDispatcher,
        retention: Duration,
        logger: Logger
    ) throws {
        let threads = try FileThreads(count: 2)
        watches = sources.map {
            AssetSourceWatch(
                $0,
                store: ArrivalStore(pool),
                threads: threads,
                clock: DatabaseClock(pool),
                retention: retention
            )
        }
        self.dispatcher = dispatcher
        self.logger = logger
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            for watch in watches { group.addTask { await self.run(watch) } }
            // A service that returns ends its process.
            if watches.isEmpty { group.addTask { try? await gracefulShutdown() } }
        }
    }

    private func run(_ watch: AssetSourceWatch) async {
        var logger = logger
        logger[metadataKey: LogKey.source] = "\(watch.source.name)"
        let patrol = Patrol(
            shortestPause: watch.source.interval,
            longestPause: max(Self.longestPause, watch.source.interval),
            complaint: "a source of an asset could not be looked at",
            logger: logger
        )
        await patrol.run { [logger] in
            let arrived = try await watch.look()
            if arrived > 0 {
                logger.debug("files or objects have arrived", metadata: [LogKey.count: "\(arrived)"])
                dispatcher.wake()
            }
            return watch.source.interval
        }
    }
}
