import Glibc
import JobModel
import Logging
import Postgres
import Storage
import Synchronization
import Telemetry

/// Keeps a worker process's session alive: holds its advisory lock and renews its lease, on a connection of its own, and
/// hears there what other processes tell.
struct SessionKeeper: Sendable {
    /// How a session ended for its keeper.
    enum End: Equatable, Sendable {
        /// The lease is lost: it ran out here, or the database says the session has ended.
        case lost
    }

    let session: SessionID
    let lease: SessionLease
    private let length: Duration
    private let options: PostgresConnection.Options
    private let healthFile: String?
    private let logger: Logger
    private let wake: @Sendable (WakeUp) -> Void
    private let store = SessionStore()

    /// Registers a session and takes its lock.
    ///
    /// - Returns: The keeper, and the connection that holds the lock, for `run`.
    static func begin(
        _ registration: SessionStore.Registration,
        lease length: Duration,
        options: PostgresConnection.Options,
        healthFile: String?,
        logger: Logger,
        wake: @escaping @Sendable (WakeUp) -> Void
    ) async throws -> (SessionKeeper, PostgresConnection) {
        let connection = try await PostgresConnection.connect(options)
        let store = SessionStore()
        let sentAt = ContinuousClock.now
        let session = try await store.begin(registration, lease: length, on: connection)
        var logger = logger
        logger[metadataKey: LogKey.session] = "\(session)"
        let keeper = SessionKeeper(
            session: session,
            lease: SessionLease(length: length, sentAt: sentAt),
            length: length,
            options: options,
            healthFile: healthFile,
            logger: logger,
            wake: wake
        )
        try await keeper.settle(on: connection)
        keeper.touchHealthFile()
        return (keeper, connection)
    }

    private init(
        session: SessionID,
        lease: SessionLease,
        length: Duration,
        options: PostgresConnection.Options,
        healthFile: String?,
        logger: Logger,
        wake: @escaping @Sendable (WakeUp) -> Void
    ) {
        self.session = session
        self.lease = lease
        self.length = length
        self.options = options
        self.healthFile = healthFile
        self.logger = logger
        self.wake = wake
    }

    /// Keeps the session until its lease is lost or the task is cancelled; replaces a lost connection.
    ///
    /// The connection is closed when it returns: what hangs on it, as it does when the network is cut, must not hold up the
    /// end of the work.
    func run(on connection: PostgresConnection) async throws -> End {
        let current = CurrentConnection(connection)
        return try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask { try await keep(current) }
            group.addTask { try await watch() }
            do {
                let end = try await group.next() ?? .lost
                group.cancelAll()
                await current.value.close()
                return end
            } catch {
                group.cancelAll()
                await current.value.close()
                throw error
            }
        }
    }

    /// The connection that the session has now.
    private final class CurrentConnection: Sendable {
        private let connection: Mutex<PostgresConnection>

        init(_ connection: PostgresConnection) { self.connection = Mutex(connection) }

        var value: PostgresConnection { connection.withLock { $0 } }

        func replace(with next: PostgresConnection) { connection.withLock { $0 = next } }
    }

    /// Ends the session in good order, on any connection.
    func finish() async throws {
        let connection = try await PostgresConnection.connect(options)
        try await store.finish(session, on: connection)
        await connection.close()
    }

    /// Notes that the session takes no more jobs.
    func drain() async throws {
        let connection = try await PostgresConnection.connect(options)
        try await store.drain(session, on: connection)
        await connection.close()
    }

    /// Listens, and takes the lock if no cut-off connection of this process still holds it.
    private func settle(on connection: PostgresConnection) async throws {
        try await Notifications.listen(on: connection)
        if try await !store.lock(session, on: connection) {
            logger.warning("the session's lock is still held by a connection that was cut")
        }
    }

    private func keep(_ current: CurrentConnection) async throws -> End {
        while true {
            do {
                return try await keep(current.value)
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning("the session's connection was lost", metadata: [LogKey.error: "\(error)"])
                await current.value.close()
            }
            guard try await reconnect(current) else { return .lost }
        }
    }

    private func keep(_ connection: PostgresConnection) async throws -> End {
        try await withThrowingTaskGroup(of: End.self) { group in
            let (notices, notice) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask {
                for await notification in connection.notifications { deliver(notification, notice) }
                try Task.checkCancellation()
                throw PostgresError.connectionLost(reason: "the session's connection ended")
            }
            group.addTask {
                // A notice may be late, and the run retried since: what is cancelled now, the database knows.
                for await _ in notices {
                    let cancelled = try await store.cancelledJobs(of: session, on: connection)
                    if !cancelled.isEmpty { wake(.cancelledJobs(cancelled)) }
                }
                throw CancellationError()
            }
            group.addTask { try await renewals(on: connection) }
            defer { group.cancelAll() }
            return try await group.next() ?? .lost
        }
    }

    private func deliver(_ notification: PostgresNotification, _ notice: AsyncStream<Void>.Continuation) {
        switch notification.channel {
        case Notifications.ready:
            wake(.ready(queue: notification.payload))
        case Notifications.cancelled:
            notice.yield()
        case Notifications.fenced:
            if let fence = Fence(payload: notification.payload) { wake(.fenced(fence)) }
        default: break
        }
    }

    private func renewals(on connection: PostgresConnection) async throws -> End {
        var isLocked = false
        while true {
            switch lease.timerFired() {
            case .stopWork: return .lost
            case .none: break
            case .sendRenewal:
                do {
                    let cancelled = try await store.renew(session, lease: length, on: connection)
                    guard lease.renewalAnswered() == .none else { return .lost }
                    if !cancelled.isEmpty { wake(.cancelledJobs(cancelled)) }
                    touchHealthFile()
                    // A connection that was cut may have held it when this one began.
                    if !isLocked { isLocked = try await store.lock(session, on: connection) }
                } catch StorageError.sessionEnded {
                    _ = lease.renewalRefused()
                    return .lost
                } catch {
                    guard lease.renewalFailed() == .none else { return .lost }
                    throw error
                }
            }
            try await ContinuousClock().sleep(for: length / 3)
        }
    }

    /// Ends when the lease runs out, also while a renewal hangs, or the connection is being replaced.
    private func watch() async throws -> End {
        while let expiresAt = lease.expiresAt {
            try await ContinuousClock().sleep(until: expiresAt)
            guard !lease.isHeld else { continue }
            _ = lease.timerFired()
            return .lost
        }
        return .lost
    }

    /// Connects again, in at first short and then longer intervals.
    ///
    /// - Returns: Whether the session has a connection again; not when the lease was lost meanwhile.
    private func reconnect(_ current: CurrentConnection) async throws -> Bool {
        var pause = Duration.milliseconds(20)
        while lease.isHeld {
            do {
                let connection = try await PostgresConnection.connect(options)
                current.replace(with: connection)
                // Who has found the lease lost before has closed the one before, and does not close this one.
                guard lease.isHeld else {
                    await connection.close()
                    break
                }
                do {
                    try await settle(on: connection)
                } catch {
                    await connection.close()
                    throw error
                }
                logger.info("the session's connection is back")
                return true
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.debug("the database cannot be reached", metadata: [LogKey.error: "\(error)"])
            }
            try await ContinuousClock().sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
        _ = lease.timerFired()
        return false
    }

    private func touchHealthFile() {
        guard let healthFile else { return }
        let descriptor = open(healthFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            logger.warning(
                "the health file cannot be written",
                metadata: [LogKey.reason: "\(healthFile): \(String(cString: strerror(errno)))"]
            )
            return
        }
        futimens(descriptor, nil)
        close(descriptor)
    }
}
