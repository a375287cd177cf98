import CLibPQ
import CLinux
import Glibc
import Synchronization

/// One connection to a server; any number of tasks may use it, one request at a time goes over it.
///
/// Cancelling a task cancels its statement on the server; the connection stays usable.
package actor PostgresConnection {
    /// Where and how to connect.
    package struct Options: Sendable {
        /// A libpq connection string or URL.
        package var conninfo: String
        /// What the server shows of this client, unless the connection string says otherwise.
        package var applicationName: String
        /// Whether named statements are prepared, by default true; not behind a pooler in transaction mode.
        package var preparesStatements = true
        /// How long connecting may take, by default 5 seconds.
        package var connectTimeout: Duration = .seconds(5)
        /// Run-time parameters to begin with, such as `statement_timeout`; values without spaces.
        package var sessionSettings: [String: String] = [:]

        package init(conninfo: String, applicationName: String) {
            self.conninfo = conninfo
            self.applicationName = applicationName
        }
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        PostgresReactor.shared.asUnownedSerialExecutor()
    }

    /// The server's process at the other end.
    package nonisolated let backendProcessID: Int32
    /// What other sessions told on the channels this one listens to; for one consumer, ends with the connection.
    package nonisolated let notifications: AsyncStream<PostgresNotification>

    let notification: AsyncStream<PostgresNotification>.Continuation
    let preparesStatements: Bool
    let canceller: Canceller
    var link: PostgresLink?
    /// Whether there is a link.
    private let isLinked = Atomic(true)
    var prepared: Set<String> = []
    var exchange: Exchange?
    var outcome = Outcome.open
    let requests = AsyncCounter(1)
    let transactions = AsyncCounter(1)

    /// The connection a task holds a transaction on.
    @TaskLocal static var held: ObjectIdentifier?

    /// How many notifications wait for a slow consumer; older ones are dropped.
    private static let keptNotifications = 1024

    /// Connects, without blocking the concurrency pool.
    ///
    /// - Throws: `PostgresError.connectionRefused`; `CancellationError` as soon as the task is cancelled.
    package static func connect(_ options: Options) async throws -> PostgresConnection {
        let connection = PostgresConnection(try await LinkAttempt().link(to: options), options)
        await connection.begin()
        return connection
    }

    private init(_ link: PostgresLink, _ options: Options) {
        self.link = link
        preparesStatements = options.preparesStatements
        canceller = Canceller(link.handle.pointer)
        backendProcessID = PQbackendPID(link.handle.pointer)
        (notifications, notification) = AsyncStream.makeStream(
            of: PostgresNotification.self,
            bufferingPolicy: .bufferingNewest(Self.keptNotifications)
        )
    }

    deinit { notification.finish() }

    private func begin() {
        guard let link else { return }
        let isWatched = PostgresReactor.shared.watch(link.descriptor, for: CLINUX_EPOLLIN) { [weak self] _ in
            self?.assumeIsolated { $0.socketIsReady() }
        }
        precondition(isWatched, "the connection's socket cannot be watched")
    }

    /// Whether the connection can still be used, as far as is known; asked without going to its thread.
    package nonisolated var isOpen: Bool { isLinked.load(ordering: .acquiring) }

    /// Whether it is open and in no transaction.
    var isAtRest: Bool { link.map { PQtransactionStatus($0.handle.pointer) == PQTRANS_IDLE } ?? false }

    // MARK: Requests

    /// Carries out one statement.
    package func query(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter] = []
    ) async throws -> PostgresResult {
        try await pipeline([(statement, parameters)])[0]
    }

    /// Carries out one statement and behind it, in a transaction of its own, another: in one round trip.
    ///
    /// - Returns: What the first one gave back. What becomes of the second one is not told; it is carried out also when the
    ///   first one fails.
    package func query(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter],
        behind second: (PostgresStatement, [PostgresParameter])
    ) async throws -> PostgresResult {
        let batch = [(statement, parameters)]
        try check(batch + [second])
        return try await inTurn { try await self.send(batch, behind: second) }[0]
    }

    /// Carries out several statements in one round trip and one transaction: all or nothing.
    ///
    /// - Returns: Their results, in order.
    /// - Throws: The error of the first statement that failed.
    package func pipeline(
        _ batch: [(PostgresStatement, [PostgresParameter])]
    ) async throws -> [PostgresResult] {
        try check(batch)
        return try await inTurn { try await self.send(batch) }
    }

    /// Carries out several statements as `pipeline(_:)` does, and hands out the rows of the last one as they come.
    ///
    /// However many there are, this holds one at a time.
    ///
    /// - Parameter take: Called for each row, on the thread of all connections: it must not take long.
    /// - Returns: Their results, in order; that of the last one has no rows.
    /// - Throws: The error of the first statement that failed; some of the rows may have been taken.
    package func pipeline(
        _ batch: [(PostgresStatement, [PostgresParameter])],
        rows take: @escaping RowTaker
    ) async throws -> [PostgresResult] {
        try check(batch)
        return try await inTurn { try await self.send(batch, rows: take) }
    }

    /// Carries out a script of several statements, without parameters; what they give back is dropped.
    package func execute(_ script: String) async throws {
        guard !script.utf8.contains(0) else { throw PostgresError.badParameter(index: 0, reason: "it holds U+0000") }
        _ = try await inTurn {
            try await self.run(awaiting: .results) { handle in
                PQexitPipelineMode(handle.pointer) == 1 && PQsendQuery(handle.pointer, script) == 1
            }
        }
    }

    /// Copies rows into a table.
    ///
    /// - Parameter sql: `COPY … FROM STDIN`.
    /// - Parameter rows: The rows in the format the statement names, each with its end.
    /// - Returns: How many rows were copied.
    package func copyIn(_ sql: String, rows: [[UInt8]]) async throws -> Int {
        let results = try await inTurn {
            try await self.run(awaiting: .copy(rows: rows)) { handle in
                PQexitPipelineMode(handle.pointer) == 1 && PQsendQuery(handle.pointer, sql) == 1
            }
        }
        return results.last?.affectedRows ?? 0
    }

    /// Ends the connection; requests that wait fail with `PostgresError.closed`.
    package func close() async { end(.closed) }

    // MARK: What all have in common

    private func check(_ batch: [(PostgresStatement, [PostgresParameter])]) throws(PostgresError) {
        for (statement, parameters) in batch {
            guard !Self.holdsZero(statement.sql) else { throw .badParameter(index: 0, reason: "it holds U+0000") }
            guard parameters.count <= 65535 else {
                throw .badParameter(index: parameters.count, reason: "there are more than 65535")
            }
            for (place, parameter) in parameters.enumerated() {
                guard case .text(let text) = parameter, Self.holdsZero(text) else { continue }
                throw .badParameter(index: place + 1, reason: "it holds U+0000, which no text may")
            }
        }
    }

    /// Whether a text holds U+0000, which nothing that is sent may.
    private static func holdsZero(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false }
    }

    /// Gives the link up, and fails what is under way.
    func end(_ error: PostgresError) {
        guard let link else { return }
        PostgresReactor.shared.unwatch(link.descriptor)
        self.link = nil
        isLinked.store(false, ordering: .releasing)
        canceller.close()
        notification.finish()
        guard let broken = exchange else { return }
        exchange = nil
        tell(.failure(broken.error?.isConnectionError == true ? broken.error ?? error : error))
    }
}
