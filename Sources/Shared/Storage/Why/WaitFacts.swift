import JobModel
import Postgres

/// Everything that may keep a job waiting, as it was read in one moment.
struct WaitFacts {
    struct Worker {
        let name: String
        let labels: [String]
        let slots: Int
        let running: Int
    }

    struct ClosedGate {
        let isRun: Bool
        let isRate: Bool
        let scope: String
        let key: String
        let most: Int
        let period: Duration?
        let opensAt: Timestamp?
        let holders: [Int64]
        /// How many are let in before it.
        let before: Int
    }

    /// How many jobs are counted at most that stand before one.
    static let mostCounted = 10_000

    let run: RunID
    let job: String
    let workflow: String
    let team: String
    let room: String
    let queue: String
    let since: Timestamp
    let attempt: Int
    let waitsFor: String?
    let detail: String?
    let rule: String?
    let dueAt: Timestamp?
    let isCancelled: Bool
    let runPausedAt: Timestamp?
    let workflowPausedAt: Timestamp?
    let queuePausedAt: Timestamp?
    let upstream: (name: String, state: String)?
    let gate: ClosedGate?
    let isLooked: Bool
    let beforeInQueue: Int
    let workers: [Worker]
    let worker: String?
    let error: String?

    init(_ row: PostgresRow, run: RunID) throws {
        self.run = run
        job = try row.string("name")
        workflow = try row.string("workflow")
        team = try row.string("team")
        room = try row.string("room")
        queue = try row.string("queue")
        since = try row.timestamp("since_us")
        attempt = try row.int("attempt")
        waitsFor = try row.optionalString("waits_for")
        detail = try row.optionalString("detail")
        rule = try row.optionalString("rule")
        dueAt = try row.optionalTimestamp("due_us")
        isCancelled = try row.bool("is_cancelled")
        runPausedAt = try row.optionalTimestamp("run_paused_us")
        workflowPausedAt = try row.optionalTimestamp("workflow_paused_us")
        queuePausedAt = try row.optionalTimestamp("queue_paused_us")
        let upstreamState = try row.optionalString("upstream_state") ?? ""
        upstream = try row.optionalString("upstream").map { ($0, upstreamState) }
        gate = try row.optionalString("scope") == nil ? nil : try Self.gate(row)
        isLooked = try row.optionalInt64("gate_id") != nil
        beforeInQueue = try row.int("before_in_queue")
        workers = try row.json("workers").arrayValue?.compactMap(Self.worker) ?? []
        worker = try row.optionalString("worker")
        error = try row.optionalString("error")
    }

    private static func gate(_ row: PostgresRow) throws -> ClosedGate {
        ClosedGate(
            isRun: try row.bool("is_run"),
            isRate: try row.bool("is_rate"),
            scope: try row.string("scope"),
            key: try row.string("key"),
            most: try row.int("most"),
            period: try row.optionalInt64("period_us").map { .microseconds($0) },
            opensAt: try row.optionalTimestamp("opens_us"),
            holders: try row.json("holders").arrayValue?.compactMap(\.integerValue) ?? [],
            before: try row.int("before_at_gate")
        )
    }

    private static func worker(_ value: JSONValue) -> Worker? {
        guard let object = value.objectValue else { return nil }
        return Worker(
            name: object["worker"]?.stringValue ?? "",
            labels: object["labels"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            slots: Int(object["slots"]?.integerValue ?? 0),
            running: Int(object["running"]?.integerValue ?? 0)
        )
    }
}
