package import JobModel
package import Postgres

/// Locking a run together with those that descend from it.
extension RunStore {
    /// A run has come to light that had to be locked before others which are locked already.
    package struct OutOfOrder: Error {}

    /// Locks runs, none of which descends from another, and all unfinished runs that descend from them, in the order of
    /// their ids.
    ///
    /// A child is started under the lock of its parent, so none is missed once a look finds no more.
    ///
    /// - Throws: `OutOfOrder` when one is found that would have to be locked first: whoever ends jobs of several runs may hold it,
    ///   and wait for the others. Begin anew with another transaction.
    @discardableResult
    package static func lock(_ roots: [RunID], on connection: PostgresConnection) async throws -> [RunID] {
        let ids = PostgresParameter.array(roots.map(\.rawValue))
        var locked: Set<RunID> = []
        while true {
            let found = try await connection.query(Statement.listLiveDescendants, [ids])
            let runs = roots + (try found.rows.map { RunID(rawValue: try $0.int64("run_id")) })
            let missing = Set(runs).subtracting(locked)
            guard let first = missing.min() else { return runs }
            if let last = locked.max(), first < last { throw OutOfOrder() }
            _ = try await connection.query(Statement.lockLiveRuns, [.array(missing.map(\.rawValue))])
            locked.formUnion(missing)
        }
    }
}

extension PostgresPool {
    /// How often a transaction begins anew since runs were found out of their order; that takes a child that is started just then.
    private static var mostTries: Int { 20 }

    /// A transaction that locks runs, begun anew where they could not be locked in their order.
    package func transactionLockingRuns<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        for _ in 1..<Self.mostTries {
            do { return try await transaction(body) } catch is RunStore.OutOfOrder {}
        }
        return try await transaction(body)
    }
}
