import JobModel

/// Backfills.
extension SchedulerAPI {
    func backfill(_ body: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/backfills", body: .object(body))
    }

    func backfills() async throws -> JSONValue { try await get("/v1/backfills") }

    /// Pauses, resumes, cancels or retries a backfill.
    func backfill(_ id: Int64, _ act: String, _ why: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/backfills/\(id)/\(act)", body: .object(why))
    }
}
