import JobModel

/// A run as lists show it.
struct RunSummary: Equatable, Sendable {
    let id: Int64
    let workflow: String
    let version: Int64
    let team: String
    let state: String
    let createdAt: Timestamp?
    let startedAt: Timestamp?
    let endedAt: Timestamp?
    let params: JSONObject
    /// How many of its jobs are in each state; empty in a `RunDetail`.
    let jobCounts: [String: Int64]
    let cost: MicroDollars

    init(_ json: JSONValue) {
        id = json.number("id")
        workflow = json.text("workflow")
        version = json.number("version")
        team = json.text("team")
        state = json.text("state")
        createdAt = json.time("created_at")
        startedAt = json.time("started_at")
        endedAt = json.time("ended_at")
        params = json["params"]?.objectValue ?? [:]
        let counts = json["jobs"]?.objectValue ?? [:]
        jobCounts = Dictionary(
            uniqueKeysWithValues: counts.compactMap { member in
                member.value.integerValue.map { (member.key, $0) }
            }
        )
        cost = MicroDollars(rawValue: json.number("cost_micro_usd"))
    }

    /// Whether it has ended for good.
    var isFinal: Bool { RunState(rawValue: state)?.isFinal ?? false }

    /// How long it ran, up to `now` when it still does; nil before it started.
    func took(now: Timestamp) -> Duration? { startedAt.map { (endedAt ?? now).since($0) } }
}
