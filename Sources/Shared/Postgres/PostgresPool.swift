/// Connections to one server, opened when they are needed and kept.
package actor PostgresPool {
    private let options: PostgresConnection.Options
    private let size: Int
    private let places: AsyncCounter
    private var idle: [PostgresConnection] = []
    private var isClosed = false

    /// - Parameter size: The most connections at once; at least 1.
    package init(_ options: PostgresConnection.Options, size: Int) {
        precondition(size >= 1, "a pool has at least one connection, got \(size)")
        self.options = options
        self.size = size
        places = AsyncCounter(size)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        PostgresReactor.shared.asUnownedSerialExecutor()
    }

    /// Lends a connection to `body`, which alone uses it meanwhile; waits until one is free, first come, first served.
    ///
    /// A connection that broke is replaced the next time.
    ///
    /// - Throws: What `body` throws; `PostgresError` when no connection comes about; `CancellationError` when the task
    ///   is cancelled while it waits.
    package nonisolated func withConnection<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await places.take()
        defer { places.giveBack() }
        let connection = try await open()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Carries out one statement; see `PostgresConnection.query`.
    ///
    /// All of it happens on the connections' thread: whoever asks goes there once, and not for each part of it.
    package func query(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter] = []
    ) async throws -> PostgresResult {
        try await withConnection { try await $0.query(statement, parameters) }
    }

    /// Carries out one statement and another behind it; see `PostgresConnection.query(_:_:behind:)`.
    package func query(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter],
        behind second: (PostgresStatement, [PostgresParameter])
    ) async throws -> PostgresResult {
        try await withConnection { try await $0.query(statement, parameters, behind: second) }
    }

    /// Carries out several statements in one transaction; see `PostgresConnection.pipeline`.
    package func pipeline(
        _ batch: [(PostgresStatement, [PostgresParameter])]
    ) async throws -> [PostgresResult] {
        try await withConnection { try await $0.pipeline(batch) }
    }

    /// Runs `body` in a transaction; see `PostgresConnection.transaction`.
    package nonisolated func transaction<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await withConnection { try await $0.transaction(body) }
    }

    /// Closes the idle connections now and those that are lent when they come back.
    package func close() async {
        isClosed = true
        let connections = idle
        idle = []
        for connection in connections { await connection.close() }
    }

    private func open() async throws -> PostgresConnection {
        while let connection = idle.popLast() {
            if connection.isOpen { return connection }
        }
        guard !isClosed else { throw PostgresError.closed }
        return try await PostgresConnection.connect(options)
    }

    private func giveBack(_ connection: PostgresConnection) async {
        // One that somebody left in a transaction would take the next one's statements into it.
        guard !isClosed, await connection.isAtRest else { return await connection.close() }
        idle.append(connection)
    }
}
