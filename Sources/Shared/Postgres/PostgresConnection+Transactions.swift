import CLibPQ

/// Transactions over several requests.
extension PostgresConnection {
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

    /// Carries something out when no other task's transaction is under way.
    func inTurn<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let isInside = Self.held == ObjectIdentifier(self)
        if !isInside { try await transactions.take() }
        defer { if !isInside { transactions.giveBack() } }
        return try await body()
    }
}
