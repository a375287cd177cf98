import JobModel

/// What people do to runs.
extension SchedulerAPI {
    /// Cancels, retries or prioritizes a run, or marks a job of it.
    func act(_ action: String, on run: RunID, _ members: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/runs/\(run)/\(action)", body: .object(members))
    }

    /// Submits a workflow that is there, in its newest version or a certain one.
    func submit(
        named name: String,
        version: Int64?,
        rawParams: JSONObject,
        idempotencyKey: String?
    ) async throws -> JSONValue {
        var body: JSONObject = ["name": .string(name)]
        body["version"] = version.map { .integer($0) }
        if !rawParams.isEmpty { body["raw_params"] = .object(rawParams) }
        body["idempotency_key"] = idempotencyKey.map { .string($0) }
        return try await send("POST", "/v1/runs", body: .object(body))
    }

    /// Does the same to runs of a filter: to one set of them, or only shows them.
    func bulk(_ members: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/bulk", body: .object(members))
    }
}
