import JobModel

/// Deployments and schedules.
extension SchedulerAPI {
    /// The most files of one deployment.
    static let maximumFiles = 1_000
    /// The most bytes of one deployment, all files together.
    static let maximumDeployment = 48 << 20

    /// Deploys workflow files, all or none.
    ///
    /// - Parameter showsBefore: Whether the answer holds the files that were deployed before.
    func deploy(
        _ files: [WorkflowSource],
        prunes: Bool,
        isTrial: Bool,
        showsBefore: Bool = false,
        _ why: JSONObject = [:]
    ) async throws -> JSONValue {
        let list = files.map { JSONValue.object(["workflow": .string($0.text), "file": .string($0.name)]) }
        var body = why
        body["files"] = .array(list)
        body["prune"] = .bool(prunes)
        body["dry_run"] = .bool(isTrial)
        if showsBefore { body["diff"] = true }
        return try await send("POST", "/v1/workflows", body: .object(body))
    }

    /// The versions of a workflow.
    func versions(of workflow: String) async throws -> JSONValue {
        try await get("/v1/workflows/\(Self.encoded(workflow))/versions")
    }

    /// Pins or unpins a version of a workflow.
    func pin(_ workflow: String, _ act: String, _ members: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/workflows/\(Self.encoded(workflow))/\(act)", body: .object(members))
    }

    func schedules() async throws -> JSONValue { try await get("/v1/schedules") }

    /// Pauses, resumes or triggers a schedule.
    func schedule(_ workflow: String, _ name: String, _ act: String, _ why: JSONObject) async throws -> JSONValue {
        try await send("POST", "/v1/schedules/\(workflow)/\(name)/\(act)", body: .object(why))
    }
}
