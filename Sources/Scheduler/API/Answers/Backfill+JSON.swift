import JobModel
import Storage

extension BackfillDetail {
    /// The object `Backfill` of the API.
    var json: JSONObject {
        let items = JSONValue.object(JSONObject(counts.map { ($0.state.rawValue, .count($0.items)) }))
        var json: JSONObject = [
            "id": .integer(id), "workflow": .string(workflow), "schedule": .null, "trigger": .null,
            "state": .string(state), "newest_first": .bool(newestFirst), "limit": .count(mostActive),
            "created_at": .time(createdAt), "items": items, "error": .optional(error),
        ]
        switch subject {
        case .schedule(let name):
            json["schedule"] = .string(name)
            // What they were called before triggers had backfills.
            json["due_times"] = items
        case .trigger(let name):
            json["trigger"] = .string(name)
        }
        return json
    }
}

extension BackfillItem {
    /// One of the `items` of a backfill.
    var json: JSONValue {
        [
            "number": .integer(number), "due_at": .time(due), "partition": .optional(partition),
            "state": .string(state), "run": run.map(JSONValue.id) ?? .null, "error": .optional(error),
        ]
    }
}
