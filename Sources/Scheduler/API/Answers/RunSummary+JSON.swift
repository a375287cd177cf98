import JobModel
import Storage

extension RunSummary {
    /// The object `Run` of the API.
    var json: JSONObject {
        [
            "id": .id(id),
            "workflow": .string(workflow),
            "version": .count(version),
            "team": .string(team),
            "state": .word(state),
            "created_at": .time(createdAt),
            "started_at": .time(startedAt),
            "ended_at": .time(endedAt),
            "params": params,
            "jobs": .object(JSONObject(JobState.allCases.map { ($0.rawValue, .count(jobCounts[$0] ?? 0)) })),
            "cost_micro_usd": .money(cost),
            "forked_from": forkedFrom.map { .id($0) } ?? .null,
        ]
    }
}
