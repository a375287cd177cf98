package import JobModel
package import Postgres

/// What schedulers watch: how long jobs wait and take, and deadlines.
package struct WatchStore: Sendable {
    /// A watch whose time is up, and that asks for something to be done.
    package struct Expired: Equatable, Sendable {
        package let run: RunID
        /// Nil for that of the run itself.
        package let job: JobID?
        package let terms: WatchTerms
        /// Since when the run is watched, in microseconds since 1970; a retry has it watched anew.
        let since: Int64
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Whether what was judged still holds; call it when the run is locked.
    static func holds(_ watch: Expired, on connection: PostgresConnection, now: String?) async throws -> Bool {
        let found = try await connection.query(
            Statement.confirmWatch,
            [
                .integer(watch.run.rawValue), .integer(watch.job?.rawValue ?? 0), .text(watch.terms.kind.rawValue),
                .integer(watch.since), .optional(now),
            ]
        )
        return !found.rows.isEmpty
    }

    /// Looks at watches that are due; where somebody only has to be told, that is done by it.
    ///
    /// - Returns: Those for which more has to be done; `settle` them.
    package func judge(limit: Int, now: String? = nil) async throws -> [Expired] {
        let found = try await pool.query(Statement.judgeWatches, [.integer(limit), .optional(now)])
        return try found.rows.map { row in
            let job = try row.int64("job_id")
            return Expired(
                run: RunID(rawValue: try row.int64("run_id")),
                job: job == 0 ? nil : JobID(rawValue: job),
                terms: WatchTerms(
                    try row.word("kind"),
                    .microseconds(try row.int64("length_us")),
                    otherwise: try row.word("otherwise")
                ),
                since: try row.int64("since_us")
            )
        }
    }

    /// Notes that what a watch asked for was done; does nothing where the run was retried since it was judged.
    ///
    /// - Parameter isDone: False when its job did not wait any more, so that it is looked at again.
    package func settle(_ watch: Expired, isDone: Bool, now: String? = nil) async throws {
        _ = try await pool.query(
            Statement.settleWatch,
            [
                .integer(watch.run.rawValue), .integer(watch.job?.rawValue ?? 0), .text(watch.terms.kind.rawValue),
                .bool(isDone), .integer(watch.since), .optional(now),
            ]
        )
    }
}
