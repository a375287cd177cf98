package import JobModel
import Postgres

extension RunStore {
    /// Which jobs of an ended run go on.
    package struct Retry: Equatable, Sendable {
        /// What goes on besides what did not succeed.
        package enum Reach: Equatable, Sendable {
            case failed
            /// This job and all behind it.
            case from(String)
            case all
        }

        package var reach: Reach
        /// The jobs that forget what they recorded, and so do and pay everything again.
        package var fresh: [String]
        /// Whether steps with an effect whose outcome is unknown may run again; without it they fail their jobs again.
        package var repeatsUnknown: Bool

        package init(_ reach: Reach = .failed, fresh: [String] = [], repeatsUnknown: Bool = false) {
            self.reach = reach
            self.fresh = fresh
            self.repeatsUnknown = repeatsUnknown
        }
    }

    /// What became of a retry.
    package enum RetryOutcome: Equatable, Sendable {
        /// The run lives again; these queues have pending jobs by it.
        case goesOn(queues: [String])
        /// The run has not ended, is not there, or none of its jobs is to go on.
        case nothing
        /// These jobs were to begin afresh, but are not among those that go on; nothing was changed.
        case keepTheirEnding([String])
    }

    private struct KeepTheirEnding: Error { let jobs: [String] }

    /// Brings an ended run back to life: what did not succeed goes on from its checkpoints.
    ///
    /// - Returns: The queues that have pending jobs by it; nil when nothing goes on.
    package func retry(_ run: RunID, repeatingUnknown: Bool, now: String? = nil) async throws -> [String]? {
        guard case .goesOn(let queues) = try await retry(run, Retry(repeatsUnknown: repeatingUnknown), now: now) else {
            return nil
        }
        return queues
    }

    /// Brings an ended run back to life: what did not succeed goes on, and what is to run anew begins again, all from
    /// their checkpoints.
    package func retry(
        _ run: RunID,
        _ retry: Retry,
        noting note: AuditNote? = nil,
        now: String? = nil
    ) async throws -> RetryOutcome {
        do {
            return try await pool.transaction { connection in
                guard let queues = try await Self.retry(run, retry, on: connection, now: now) else { return .nothing }
                try await note?.add(on: connection)
                return .goesOn(queues: queues)
            }
        } catch let kept as KeepTheirEnding {
            return .keepTheirEnding(kept.jobs)
        }
    }

    /// The same in a transaction.
    static func retry(
        _ run: RunID,
        _ retry: Retry,
        on connection: PostgresConnection,
        now: String?
    ) async throws -> [String]? {
        let id = PostgresParameter.integer(run.rawValue)
        let now = PostgresParameter.optional(now)
        var from: String?
        if case .from(let name) = retry.reach { from = name }
        let ended = try await connection.query(Statement.lockEndedRun, [id])
        guard !ended.rows.isEmpty else { return nil }
        _ = try await connection.query(Statement.keepRunsAbove, [id])
        let result = try await connection.query(
            Statement.retryRun,
            [id, now, .optional(from), .bool(retry.reach == .all)]
        )
        guard let row = result.rows.first else { return nil }
        _ = try await connection.query(Statement.shareBudgets)
        _ = try await connection.query(Statement.lockUnknownSteps, [id])
        _ = try await connection.query(Statement.countRetriedRun, [id])
        if retry.repeatsUnknown { _ = try await connection.query(Statement.dismissUnknownSteps, [id]) }
        if !retry.fresh.isEmpty {
            let begun = try await connection.query(Statement.beginAfresh, [id, .array(retry.fresh)])
            let names = Set(try begun.rows.map { try $0.string("name") })
            let kept = retry.fresh.filter { !names.contains($0) }
            guard kept.isEmpty else { throw KeepTheirEnding(jobs: kept) }
        }
        let maps = try await connection.query(Statement.reviveMaps, [id])
        let revived = PostgresParameter.array(try maps.rows.map { try $0.int64("job_id") })
        let items = try await connection.query(Statement.followItems, [revived, now])
        let judged = try await connection.query(Statement.judgeRun, [id, now])
        _ = try await connection.query(Statement.renewWatches, [id, now])
        // A run of which nothing goes on ends again.
        _ = try await connection.query(Statement.endRuns, [.array([run.rawValue]), now])
        let others = try [items, judged].flatMap { result in try result.rows.map { try $0.string("queue") } }
        return try row.string("queues").split(separator: ",").map(String.init) + others
    }
}
