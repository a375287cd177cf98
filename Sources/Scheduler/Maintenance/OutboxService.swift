import HTTPTransport
package import Logging
package import Postgres
import ServiceLifecycle
import Storage
import Telemetry

/// Tells a web address what has happened: approvals that are asked for, and what became of them.
///
/// Each message is told at least once: one whose answer was lost, or whose scheduler was killed, is told again with the
/// same id. Any number of schedulers may run it; each message is taken by one of them at a time.
package struct OutboxService: Service {
    /// How far apart two looks are when nothing is due.
    static let interval = Duration.seconds(1)
    /// The longest pause after a look that failed.
    static let longestPause = Duration.seconds(30)
    /// How many messages are taken at once.
    static let batch = 16
    /// How long a message is tried.
    static let patience = Duration.seconds(7 * 86_400)
    /// How far apart two looks for messages are that are given up.
    static let expiryInterval = Duration.seconds(60)
    /// How many messages are given up at once.
    static let expiryBatch = 1000

    private let outbox: OutboxStore
    private let webhook: Webhook?
    private let client = HTTPClient.shared
    private let logger: Logger

    /// - Parameter webhook: Who is told; nil tells nobody, and messages are dropped after a while.
    package init(pool: PostgresPool, webhook: Webhook?, logger: Logger) {
        outbox = OutboxStore(pool)
        self.webhook = webhook
        self.logger = logger
    }

    package func run() async throws {
        await withDiscardingTaskGroup { patrols in
            patrols.addTask {
                await patrol(every: Self.interval, "the outbox could not be looked at") {
                    try await pass() == Self.batch
                }
            }
            patrols.addTask {
                await patrol(every: Self.expiryInterval, "the outbox could not be rid of old messages") {
                    try await giveUp() == Self.expiryBatch
                }
            }
        }
    }

    /// - Parameter look: Returns whether there is more to do at once.
    private func patrol(
        every interval: Duration,
        _ complaint: Logger.Message,
        _ look: @escaping @Sendable () async throws -> Bool
    ) async {
        let patrol = Patrol(
            shortestPause: Self.interval,
            longestPause: max(Self.longestPause, interval),
            complaint: complaint,
            logger: logger
        )
        await patrol.run { try await look() ? .zero : interval }
    }

    /// Gives messages up that could not be told for too long.
    ///
    /// - Returns: How many there were.
    package func giveUp(now: String? = nil) async throws -> Int {
        let dropped = try await outbox.expire(olderThan: Self.patience, limit: Self.expiryBatch, now: now)
        if dropped > 0, webhook != nil {
            logger.error("messages were given up", metadata: [LogKey.count: "\(dropped)"])
        }
        return dropped
    }

    /// Tells what is due now.
    ///
    /// - Returns: How many messages were taken.
    package func pass(now: String? = nil) async throws -> Int {
        guard let webhook else { return 0 }
        let messages = try await outbox.take(limit: Self.batch, now: now)
        var told: [Int64] = []
        for message in messages {
            do {
                let status = try await client.send(webhook.request(for: message), maximumBytes: 1 << 16).status
                if (200..<300).contains(status) {
                    told.append(message.id)
                } else {
                    try await failed(message, "HTTP status \(status)")
                }
            } catch let error as HTTPTransportError {
                try await failed(message, "\(error)")
            }
        }
        if !told.isEmpty { _ = try await outbox.forget(told) }
        return messages.count
    }

    private func failed(_ message: OutboxStore.Message, _ reason: String) async throws {
        logger.warning(
            "a message could not be delivered; it is tried again",
            metadata: [LogKey.error: "\(reason)", LogKey.count: "\(message.tries)"]
        )
        try await outbox.note(message.id, error: reason)
    }
}
