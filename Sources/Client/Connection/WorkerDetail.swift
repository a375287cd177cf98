import JobModel

/// A worker's session.
struct WorkerDetail: Equatable, Sendable {
    let session: Int64
    let name: String
    let host: String
    let pid: Int64
    let version: String
    let queues: [String]
    let slots: Int64
    let running: Int64
    let state: String
    let startedAt: Timestamp?
    let renewedAt: Timestamp?
    let endedAt: Timestamp?
    let endReason: String

    init(_ json: JSONValue) {
        session = json.number("session")
        name = json.text("name")
        host = json.text("host")
        pid = json.number("pid")
        version = json.text("version")
        queues = json.texts("queues")
        slots = json.number("slots")
        running = json.number("running")
        state = json.text("state")
        startedAt = json.time("started_at")
        renewedAt = json.time("renewed_at")
        endedAt = json.time("ended_at")
        endReason = json.text("end_reason")
    }
}
