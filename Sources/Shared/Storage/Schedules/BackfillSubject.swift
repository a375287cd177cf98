import Postgres

/// What a backfill starts runs of.
package enum BackfillSubject: Equatable, Sendable {
    /// A schedule by its name: a run for each due time.
    case schedule(String)
    /// A trigger by its name: a run for each partition.
    case trigger(String)

    init(row: PostgresRow) throws {
        if let schedule = try row.optionalString("schedule") {
            self = .schedule(schedule)
        } else {
            self = .trigger(try row.string("trigger"))
        }
    }

    package var name: String {
        switch self {
        case .schedule(let name), .trigger(let name): name
        }
    }
}
