import JobModel

/// The parts of the API about what people decide.
extension SchedulerAPI {
    /// What waits for a decision, or was decided.
    ///
    /// - Parameter state: `open`, `decided` or `all`.
    func approvals(state: String, run: Int64?, limit: Int) async throws -> JSONValue {
        try await get(
            "/v1/approvals",
            [("state", state), ("run", run.map { String($0) }), ("limit", String(limit))]
        )
    }

    func approval(_ id: Int64) async throws -> JSONValue { try await get("/v1/approvals/\(id)") }

    /// Says something about an approval.
    ///
    /// - Parameter word: The last part of the path, such as `approve`.
    func decide(_ id: Int64, _ word: String, _ body: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/approvals/\(id)/\(word)", body: .object(body))
    }

    func audit(run: Int64?, before: Int64?, limit: Int) async throws -> JSONValue {
        try await get(
            "/v1/audit",
            [("run", run.map { String($0) }), ("before", before.map { String($0) }), ("limit", String(limit))]
        )
    }
}
