package import JobModel
import Postgres

/// Which runs something is done to.
package struct RunSelection: Equatable, Sendable {
    /// Nil for all that the act is for.
    package var states: Set<RunState>?
    package var workflow: String?
    package var team: String?
    /// Params that they have, each as its text.
    package var params: [String: String]
    /// Submitted at least so long ago.
    package var olderThan: Duration?

    package init(
        states: Set<RunState>? = nil,
        workflow: String? = nil,
        team: String? = nil,
        params: [String: String] = [:],
        olderThan: Duration? = nil
    ) {
        self.states = states
        self.workflow = workflow
        self.team = team
        self.params = params
        self.olderThan = olderThan
    }

    /// Whether it selects all runs.
    package var isEverything: Bool { self == RunSelection() }
}

extension RunStore {
    /// Unfinished runs of a selection, newest first.
    ///
    /// - Parameters:
    ///   - areCancellable: Whether those are left out that were cancelled already.
    ///   - before: Only older ones than this.
    package func live(
        _ selection: RunSelection,
        areCancellable: Bool,
        before: RunID? = nil,
        limit: Int,
        now: String? = nil
    ) async throws -> [RunID] {
        let states = selection.states ?? [.queued, .running]
        guard states.contains(.queued) || states.contains(.running) else { return [] }
        let hasStarted: PostgresParameter =
            states.isSuperset(of: [.queued, .running]) ? .null : .bool(states.contains(.running))
        return try await runs(
            Statement.selectLiveRuns,
            selection,
            before,
            [hasStarted, .bool(areCancellable), .integer(limit), .optional(now)]
        )
    }

    /// Runs of a selection that ended, by default those that failed, newest first.
    ///
    /// - Parameter before: Only older ones than this.
    package func ended(
        _ selection: RunSelection,
        before: RunID? = nil,
        limit: Int,
        now: String? = nil
    ) async throws -> [RunID] {
        let states = (selection.states ?? [.failed]).filter(\.isFinal).map(\.rawValue).sorted()
        return try await runs(
            Statement.selectEndedRuns,
            selection,
            before,
            [.array(states), .integer(limit), .optional(now)]
        )
    }

    private func runs(
        _ statement: PostgresStatement,
        _ selection: RunSelection,
        _ before: RunID?,
        _ rest: [PostgresParameter]
    ) async throws -> [RunID] {
        let params = selection.params.sorted { $0.key < $1.key }
        let found = try await pool.query(
            statement,
            [
                .optional(selection.workflow), .optional(selection.team), .array(params.map(\.key)),
                .array(params.map(\.value)), .optional(selection.olderThan?.wholeMicroseconds),
                .optional(before?.rawValue),
            ] + rest
        )
        return try found.rows.map { RunID(rawValue: try $0.int64("run_id")) }
    }
}
