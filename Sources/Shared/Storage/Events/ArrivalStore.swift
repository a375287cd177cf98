package import JobModel
package import Postgres

/// Tells of files and objects that arrive, each content once, however many schedulers see it.
package struct ArrivalStore: Sendable {
    /// A file or object that is there.
    package struct Arrival: Equatable, Sendable {
        /// Where it is, from the root on.
        package let path: String
        /// What tells its content from others: size and time, or what the store calls it by.
        package let mark: String
        /// The part of the asset that it is; nil for the whole.
        package let partition: String?
        package let metadata: JSONValue

        package init(path: String, mark: String, partition: String?, metadata: JSONValue) {
            self.path = path
            self.mark = mark
            self.partition = partition
            self.metadata = metadata
        }
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Tells of those that are new.
    ///
    /// - Returns: How many were.
    package func add(_ arrivals: [Arrival], of source: String, asset: String, team: String) async throws -> Int {
        try await pool.query(
            Statement.addArrivals,
            [
                .text(source), .array(arrivals.map(\.path)), .array(arrivals.map(\.mark)), .text(team),
                .text(AssetName.event(of: asset)), .array(arrivals.map(\.partition)),
                .array(arrivals.map { Optional($0.metadata.text()) }), nil,
            ]
        ).rows.count
    }

    /// Notes that files or objects are still there.
    package func touch(_ paths: [String], of source: String) async throws {
        _ = try await pool.query(Statement.touchArrivals, [.text(source), .array(paths), nil])
    }

    /// Forgets those that have not been there for `retention`, and for two days at least.
    ///
    /// - Returns: How many.
    package func prune(unseenFor retention: Duration, limit: Int) async throws -> Int {
        try await pool.query(Statement.pruneArrivals, [.integer(retention.wholeMicroseconds), .integer(limit), nil])
            .rows.count
    }
}
