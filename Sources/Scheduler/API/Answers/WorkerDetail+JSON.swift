import JobModel
import Storage

extension WorkerDetail {
    /// The object `Worker` of the API.
    var json: JSONValue {
        [
            "session": .id(session),
            "name": .string(name),
            "host": .string(host),
            "pid": .count(pid),
            "version": .string(version),
            "queues": .texts(queues),
            "labels": .texts(labels),
            "slots": .count(slots),
            "running": .count(running),
            "state": .word(state),
            "started_at": .time(startedAt),
            "renewed_at": .time(renewedAt),
            "ended_at": .time(endedAt),
            "end_reason": .optional(endReason),
        ]
    }
}

extension QueueDetail {
    /// One of the `queues` of the API.
    var json: JSONValue {
        [
            "name": .string(name),
            "pending": .count(pending),
            "running": .count(running),
            "delayed": .count(delayed),
            "blocked": .count(blocked),
            "suspended": .count(suspended),
            "held": .count(held),
            "paused": .bool(isPaused),
            "oldest_pending_at": .time(oldestPendingAt),
        ]
    }
}
