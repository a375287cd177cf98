import ArgumentParser
import JobModel

/// The arguments that name what is paused or resumed: a run, a workflow or a queue.
struct PauseSubject: ParsableArguments {
    @Argument(help: "The number of a run, or the name of a workflow.")
    var subject: String?

    @Option(name: .long, help: "A queue, in place of a run or workflow.")
    var queue: String?

    @Option(name: .long, help: "Why; it is kept in the audit log.")
    var reason: String?

    func validate() throws {
        guard (subject == nil) != (queue == nil) else {
            throw ValidationError("name one thing: the number of a run, a workflow, or --queue NAME")
        }
    }

    /// What it is called in texts.
    var name: String {
        if let queue { return "queue \(queue)" }
        let subject = subject ?? ""
        return Int64(subject) == nil ? "workflow \(subject)" : "run \(subject)"
    }

    /// Does something with it.
    func act(_ act: String, on api: SchedulerAPI) async throws -> JSONValue {
        var body = JSONObject()
        if let reason { body["reason"] = .string(reason) }
        let path =
            if let queue {
                "/v1/queues/\(SchedulerAPI.encoded(queue))"
            } else if let subject, Int64(subject) == nil {
                "/v1/workflows/\(SchedulerAPI.encoded(subject))"
            } else {
                "/v1/runs/\(subject ?? "")"
            }
        return try await api.send("POST", "\(path)/\(act)", body: .object(body))
    }
}
