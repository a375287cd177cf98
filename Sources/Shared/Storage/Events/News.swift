import Postgres

/// An event that a trigger has heard of.
package struct News: Equatable, Sendable {
    package let event: KeptEvent
    /// How many runs that started each other by events stand before it.
    package let depth: Int
    /// Whether the trigger still hears of its name.
    package let isHeard: Bool

    package init(event: KeptEvent, depth: Int) {
        self.event = event
        self.depth = depth
        isHeard = true
    }

    init(row: PostgresRow) throws {
        event = try KeptEvent(row: row)
        depth = try row.int("depth")
        isHeard = try row.bool("is_heard")
    }
}
