package import Postgres

/// What is known of assets: when they were brought up to date, and in which partitions.
package struct AssetStore: Sendable {
    /// An asset of a team.
    package struct Asset: Equatable, Sendable {
        package let name: String
        package let team: String
        /// How many partitions were ever brought up to date.
        package let partitions: Int
        package let updates: Int64
        /// The event that told of the last update.
        package let lastEvent: Int64
        package let updatedAt: Timestamp
    }

    /// A part of an asset.
    package struct Partition: Equatable, Sendable {
        /// Nil for updates of the asset as a whole.
        package let name: String?
        package let team: String
        package let updates: Int64
        package let lastEvent: Int64
        package let updatedAt: Timestamp
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// The assets that were ever brought up to date, by name.
    package func list(named name: String? = nil, limit: Int = 1000) async throws -> [Asset] {
        try await pool.query(Statement.listAssets, [.optional(name), .integer(limit)]).rows.map { row in
            Asset(
                name: try row.string("name"),
                team: try row.string("team"),
                partitions: try row.int("partitions"),
                updates: try row.int64("updates"),
                lastEvent: try row.int64("event_id"),
                updatedAt: try row.timestamp("updated_us")
            )
        }
    }

    /// The newest update of each of some assets in a partition, as far as it is kept, in the order of their numbers.
    package static func newestUpdates(
        of names: [String],
        partition: String,
        team: String,
        on connection: PostgresConnection
    ) async throws -> [KeptEvent] {
        try await connection.query(
            Statement.readNewestUpdates,
            [.text(team), .array(names), .text(partition)]
        ).rows.map(KeptEvent.init(row:)).sorted { $0.id < $1.id }
    }

    /// The partitions of an asset, those that were brought up to date last first.
    package func partitions(of name: String, limit: Int) async throws -> [Partition] {
        try await pool.query(Statement.listAssetPartitions, [.text(name), .integer(limit)]).rows.map { row in
            let partition = try row.string("partition")
            return Partition(
                name: partition.isEmpty ? nil : partition,
                team: try row.string("team"),
                updates: try row.int64("updates"),
                lastEvent: try row.int64("event_id"),
                updatedAt: try row.timestamp("updated_us")
            )
        }
    }
}
