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
    /// Who sent it: `api`, `job`, or the name of a webhook or source.
    package let source: String
    /// The run that told of it; nil when none did.
    package let run: RunID?
    package let at: Timestamp

    /// The event as expressions, outputs and the API have it.
    package var json: JSONValue {
        let key = self.key.map { JSONValue.string($0) } ?? .null
        var json: JSONObject = [
            "id": .integer(id), "team": .string(team), "name": .string(name), "key": key, "data": data,
            "source": .string(source), "run": run.map { .integer($0.rawValue) } ?? .null,
            "at": .string(at.description),
        ]
        if let asset = AssetName.asset(of: name) {
            json["asset"] = .string(asset)
            json["partition"] = key
            json["metadata"] = data
        }
        return .object(json)
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
            run: try row.optionalInt64("run_id").map(RunID.init(rawValue:)),
            at: try row.timestamp("at_us")
        )
    }
}
