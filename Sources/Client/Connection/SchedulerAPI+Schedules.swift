import JobModel

/// Deployments and schedules.
extension SchedulerAPI {
    /// Deploys workflow files, all or none.
    func deploy(_ files: [WorkflowSource], prunes: Bool, isTrial: Bool) async throws -> JSONValue {
        let list = files.map { JSONValue.object(["workflow": .string($0.text), "file": .string($0.name)]) }
        return try await send(
            "POST",
            "/v1/workflows",
            body: ["files": .array(list), "prune": .bool(prunes), "dry_run": .bool(isTrial)]
        )
    }

    func schedules() async throws -> JSONValue { try await get("/v1/schedules") }

    /// Pauses, resumes or triggers a schedule.
    func schedule(_ workflow: String, _ name: String, _ act: String) async throws -> JSONValue {
        try await send("POST", "/v1/schedules/\(workflow)/\(name)/\(act)", body: [:])
    }
}
