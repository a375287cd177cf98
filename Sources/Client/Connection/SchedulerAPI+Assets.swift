import JobModel

/// Assets, and triggers that go by events.
extension SchedulerAPI {
    func assets() async throws -> JSONValue { try await get("/v1/assets") }

    func asset(_ name: String) async throws -> JSONValue { try await get("/v1/assets/\(name)") }

    /// Tells of an update of an asset.
    func updateAsset(_ name: String, _ body: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/assets/\(name)", body: .object(body))
    }

    func triggers() async throws -> JSONValue { try await get("/v1/triggers") }

    /// Pauses, resumes or retries a trigger.
    func trigger(_ workflow: String, _ name: String, _ act: String, _ body: JSONObject = [:]) async throws -> JSONValue
    {
        try await send("POST", "/v1/triggers/\(workflow)/\(name)/\(act)", body: .object(body))
    }
}
