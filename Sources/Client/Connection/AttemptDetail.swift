import JobModel

/// One attempt of a job.
struct AttemptDetail: Equatable, Sendable {
    /// The process it ran in.
    struct Worker: Equatable, Sendable {
        let session: Int64
        let name: String
        let host: String
        let pid: Int64

        /// Such as `worker-1 (pid 4211 on build-3)`.
        var shown: String { "\(name.isEmpty ? "session \(session)" : name) (pid \(pid) on \(host))" }
    }

    let number: Int64
    let epoch: Int64
    let state: String
    let worker: Worker?
    let startedAt: Timestamp?
    let endedAt: Timestamp?
    let error: String?
    let replayedSteps: Int64
    let replayedCalls: Int64
    let saved: MicroDollars
    /// Records whose checksum was wrong, so that their steps had to be run again.
    let damaged: Int64

    init(_ json: JSONValue) {
        number = json.number("number")
        epoch = json.number("epoch")
        state = json.text("state")
        worker = json["worker"]?.objectValue.map { object in
            let worker = JSONValue.object(object)
            return Worker(
                session: worker.number("session"),
                name: worker.text("name"),
                host: worker.text("host"),
                pid: worker.number("pid")
            )
        }
        startedAt = json.time("started_at")
        endedAt = json.time("ended_at")
        error = json.errorText("error")
        let replayed = json["replayed"] ?? .null
        replayedSteps = replayed.number("steps")
        replayedCalls = replayed.number("model_calls")
        saved = MicroDollars(rawValue: replayed.number("saved_micro_usd"))
        damaged = replayed.number("damaged")
    }

    /// How long it ran, up to `now` when it still does.
    func took(now: Timestamp) -> Duration? { startedAt.map { (endedAt ?? now).since($0) } }
}
