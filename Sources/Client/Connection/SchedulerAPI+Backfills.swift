import JobModel

/// Backfills.
extension SchedulerAPI {
    func backfill(_ body: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/backfills", body: .object(body))
    }

    func backfills() async throws -> JSONValue { try await get("/v1/backfills") }

    func backfill(_ id: Int64) async throws -> JSONValue { try await get("/v1/backfills/\(id)") }

    /// The items of a backfill behind a number.
    func items(of backfill: Int64, state: String?, after: Int64, limit: Int) async throws -> JSONValue {
        try await get(
            "/v1/backfills/\(backfill)/items",
            [("state", state), ("after", String(after)), ("limit", String(limit))]
        )
    }

    /// Pauses, resumes, cancels or retries a backfill.
    func backfill(_ id: Int64, _ act: String, _ why: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/backfills/\(id)/\(act)", body: .object(why))
    }
}
