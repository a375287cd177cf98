import JobModel

/// What stands in a queue.
struct QueueDetail: Equatable, Sendable {
    let name: String
    let pending: Int64
    let running: Int64
    let delayed: Int64
    let blocked: Int64
    let suspended: Int64
    /// Jobs that a limit, a rate or a pause keeps from being pending.
    let held: Int64
    let isPaused: Bool
    let oldestPendingAt: Timestamp?

    init(_ json: JSONValue) {
        name = json.text("name")
        pending = json.number("pending")
        running = json.number("running")
        delayed = json.number("delayed")
        blocked = json.number("blocked")
        suspended = json.number("suspended")
        held = json.number("held")
        isPaused = json["paused"]?.boolValue ?? false
        oldestPendingAt = json.time("oldest_pending_at")
    }
}
