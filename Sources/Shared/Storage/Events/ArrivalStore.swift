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

    /// What became of arrivals that were to be told of.
    package struct Outcome: Equatable, Sendable {
        /// How many were new, and were told of.
        package let told: Int
        /// The paths that another listing, begun later, may have told of with other content: list them again.
        package let left: Set<String>
    }

    /// Tells of those that are new.
    ///
    /// - Parameter listed: When the listing that found them began, by the database's clock: it knows nothing of what was told
    ///   of since.
    package func add(
        _ arrivals: [Arrival],
        listed: Timestamp,
        of source: String,
        asset: String,
        team: String
    ) async throws -> Outcome {
        let rows = try await pool.query(
            Statement.addArrivals,
            [
                .text(source), .array(arrivals.map(\.path)), .array(arrivals.map(\.mark)), .text(team),
                .text(AssetName.event(of: asset)), .array(arrivals.map(\.partition)),
                .array(arrivals.map { Optional($0.metadata.text()) }), .integer(listed.rawValue), nil,
            ]
        ).rows
        let left = try rows.compactMap { try $0.optionalString("path") }
        return Outcome(told: rows.count - left.count, left: Set(left))
    }

    /// Notes that files or objects are still there.
    package func touch(_ paths: [String], of source: String) async throws {
        _ = try await pool.query(Statement.touchArrivals, [.text(source), .array(paths), nil])
    }

    /// Forgets those of a source that have not been there for `retention`, and for two days at least.
    ///
    /// - Precondition: What is there now was noted since: where nobody could look, nothing is known to be gone.
    /// - Returns: How many.
    package func prune(of source: String, unseenFor retention: Duration, limit: Int) async throws -> Int {
        try await pool.query(
            Statement.pruneArrivals,
            [.text(source), .integer(retention.wholeMicroseconds), .integer(limit), nil]
        ).rows.count
    }
}
