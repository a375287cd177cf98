package import JobModel
import Postgres

/// An event as it is kept.
package struct KeptEvent: Equatable, Sendable {
    /// Grows with the time of writing, not of commit.
    package let id: Int64
    package let team: String
    package let name: String
    package let key: String?
    package let data: JSONValue
    /// Who sent it: `api`, or the name of a webhook.
    package let source: String
    package let at: Timestamp

    /// The event as expressions, outputs and the API have it.
    package var json: JSONValue {
        [
            "id": .integer(id), "team": .string(team), "name": .string(name),
            "key": key.map { .string($0) } ?? .null, "data": data, "source": .string(source),
            "at": .string(at.description),
        ]
    }
}

extension KeptEvent {
    init(row: PostgresRow) throws {
        self.init(
            id: try row.int64("event_id"),
            team: try row.string("team"),
            name: try row.string("name"),
            key: try row.optionalString("key"),
            data: try row.json("data"),
            source: try row.string("source"),
            at: try row.timestamp("at_us")
        )
    }
}
