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

    private let notification: AsyncStream<PostgresNotification>.Continuation
    private let preparesStatements: Bool
    private let canceller: Canceller
    var link: PostgresLink?
    /// Whether there is a link.
    private let isLinked = Atomic(true)
    var prepared: Set<String> = []
    var exchange: Exchange?
    private let requests = AsyncCounter(1)
    private let transactions = AsyncCounter(1)

    /// The connection a task holds a transaction on.
    @TaskLocal private static var held: ObjectIdentifier?

    /// How many notifications wait for a slow consumer; older ones are dropped.
    private static let keptNotifications = 1024

    /// Connects, without blocking the concurrency pool.
    ///
    /// - Throws: `PostgresError.connectionRefused`.
    package static func connect(_ options: Options) async throws -> PostgresConnection {
        let link: PostgresLink = try await withCheckedThrowingContinuation { continuation in
            PlainThread.start(named: "pg-connect") {
                do throws(PostgresError) {
                    continuation.resume(returning: PostgresLink(try ConnectionHandle(connecting: options)))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
        let connection = PostgresConnection(link, options)
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

    /// Runs `body` in a transaction, which is committed when it returns and rolled back when it throws.
    ///
    /// Other tasks' requests wait meanwhile. `body` uses the connection it is given.
    package nonisolated func transaction<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        guard Self.held != ObjectIdentifier(self) else { throw PostgresError.nestedTransaction }
        try await transactions.take()
        defer { transactions.giveBack() }
        return try await Self.$held.withValue(ObjectIdentifier(self)) {
            _ = try await query("BEGIN")
            let value: Value
            let wasBroken: Bool
            do {
                value = try await body(self)
                wasBroken = await isInFailedTransaction
                // In a cancelled task it is not sent.
                _ = try await query("COMMIT")
            } catch {
                // The error that matters is the first one; a rollback fails with the connection alone.
                _ = try? await send([("ROLLBACK", [])], isCancellable: false)
                throw error
            }
            if wasBroken { throw PostgresError.transactionRolledBack }
            return value
        }
    }

    private var isInFailedTransaction: Bool {
        link.map { PQtransactionStatus($0.handle.pointer) == PQTRANS_INERROR } ?? true
    }

    /// Ends the connection; requests that wait fail with `PostgresError.closed`.
    package func close() async { end(.closed) }

    // MARK: The exchange

    enum Awaited {
        /// The answers of a pipeline, up to the last of its syncs; only what comes before the first one is told.
        case pipeline(prepared: [String?], syncs: Int)
        /// The answers of a script.
        case results
        /// The answer of a copy, which begins with the server's readiness.
        case copy(rows: [[UInt8]])
    }

    struct Exchange {
        var awaited: Awaited
        var results: [PostgresResult] = []
        var place = 0
        /// How many syncs of a pipeline have come.
        var syncs = 0
        var error: PostgresError?
        let continuation: CheckedContinuation<[PostgresResult], any Error>
    }

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

    private func inTurn<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let isInside = Self.held == ObjectIdentifier(self)
        if !isInside { try await transactions.take() }
        defer { if !isInside { transactions.giveBack() } }
        return try await body()
    }

    private func send(
        _ batch: [(PostgresStatement, [PostgresParameter])],
        behind last: (PostgresStatement, [PostgresParameter])? = nil,
        isCancellable: Bool = true
    ) async throws -> [PostgresResult] {
        var names: [String?] = []
        let groups = [batch] + (last.map { [[$0]] } ?? [])
        return try await run(awaiting: .pipeline(prepared: [], syncs: groups.count), isCancellable: isCancellable) {
            handle in
            for group in groups {
                for (statement, parameters) in group {
                    guard send(statement, parameters, on: handle, &names) else { return false }
                }
                guard PQpipelineSync(handle.pointer) == 1 else { return false }
            }
            return true
        } awaitedAfterSending: {
            .pipeline(prepared: names, syncs: groups.count)
        }
    }

    /// Sends one statement of a pipeline, prepared before where that saves something.
    ///
    /// - Parameter names: Of each command that was sent: the name that it prepares.
    private func send(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter],
        on handle: borrowing ConnectionHandle,
        _ names: inout [String?]
    ) -> Bool {
        var isPrepared = false
        if let name = statement.name, preparesStatements {
            if !prepared.contains(name), !names.contains(name) {
                guard handle.sendPrepare(name, statement.sql) else { return false }
                names.append(name)
            }
            isPrepared = true
        }
        names.append(nil)
        return handle.send(statement, isPrepared: isPrepared, parameters)
    }

    /// Sends something and waits for its answer; one at a time.
    private func run(
        awaiting awaited: Awaited,
        isCancellable: Bool = true,
        send: (borrowing ConnectionHandle) -> Bool,
        awaitedAfterSending: (() -> Awaited)? = nil
    ) async throws -> [PostgresResult] {
        if isCancellable { try await requests.take() } else { try await requests.takeAnyway() }
        defer { requests.giveBack() }
        guard let link else { throw PostgresError.closed }
        guard send(link.handle) else {
            let error = PostgresError.connectionLost(reason: link.handle.reason)
            end(error)
            throw error
        }
        let awaited = awaitedAfterSending?() ?? awaited
        let canceller = canceller
        // A cancel request that is still on its way must not meet the next statement.
        do {
            let results = try await answer(to: awaited, isCancellable: isCancellable, canceller)
            await canceller.settle()
            return results
        } catch {
            await canceller.settle()
            throw error
        }
    }

    private func answer(
        to awaited: Awaited,
        isCancellable: Bool,
        _ canceller: Canceller
    ) async throws -> [PostgresResult] {
        do {
            return try await withTaskCancellationHandler {
                try await answer(to: awaited)
            } onCancel: {
                if isCancellable { canceller.cancel() }
            }
        } catch PostgresError.server("57014", _, _, _) where Task.isCancelled && isCancellable {
            throw CancellationError()
        }
    }

    /// A function of its own: a continuation within a closure is resumed on the concurrency pool, from where the task comes
    /// back here at once, two changes of threads later.
    private func answer(to awaited: Awaited) async throws -> [PostgresResult] {
        try await withCheckedThrowingContinuation { continuation in
            exchange = Exchange(awaited: awaited, continuation: continuation)
            flush()
            // The answer may have come in with what was read for a notification.
            socketIsReady()
        }
    }

    func flush() {
        guard let link else { return }
        switch PQflush(link.handle.pointer) {
        case 0: break
        case 1: _ = PostgresReactor.shared.rewatch(link.descriptor, for: CLINUX_EPOLLIN | CLINUX_EPOLLOUT)
        default: end(.connectionLost(reason: link.handle.reason))
        }
    }

    private func socketIsReady() {
        guard let link else { return }
        let pointer = link.handle.pointer
        guard PQconsumeInput(pointer) == 1 else { return end(.connectionLost(reason: link.handle.reason)) }
        switch PQflush(pointer) {
        case 0: _ = PostgresReactor.shared.rewatch(link.descriptor, for: CLINUX_EPOLLIN)
        case 1: break
        default: return end(.connectionLost(reason: link.handle.reason))
        }
        while let message = PQnotifies(pointer) {
            notification.yield(
                PostgresNotification(
                    channel: String(cString: message.pointee.relname),
                    payload: String(cString: message.pointee.extra),
                    processID: message.pointee.be_pid
                )
            )
            PQfreemem(message)
        }
        while exchange != nil, PQisBusy(pointer) == 0 {
            guard take(PQgetResult(pointer), pointer) else { break }
        }
        if exchange == nil, PQstatus(pointer) != CONNECTION_OK {
            end(.connectionLost(reason: link.handle.reason))
        }
    }

    func finish() {
        guard let done = exchange else { return }
        exchange = nil
        if let error = done.error {
            done.continuation.resume(throwing: error)
        } else {
            done.continuation.resume(returning: done.results)
        }
    }

    private func end(_ error: PostgresError) {
        guard let link else { return }
        PostgresReactor.shared.unwatch(link.descriptor)
        self.link = nil
        isLinked.store(false, ordering: .releasing)
        canceller.close()
        notification.finish()
        guard let broken = exchange else { return }
        exchange = nil
        broken.continuation.resume(throwing: broken.error?.isConnectionError == true ? broken.error ?? error : error)
    }
}
