import Postgres

/// An event that a trigger has heard of.
package struct News: Equatable, Sendable {
    package let event: KeptEvent
    /// How many runs that started each other by events stand before it.
    package let depth: Int

    package init(event: KeptEvent, depth: Int) {
        self.event = event
        self.depth = depth
    }

    init(row: PostgresRow) throws {
        event = try KeptEvent(row: row)
        depth = try row.int("depth")
    }
}
