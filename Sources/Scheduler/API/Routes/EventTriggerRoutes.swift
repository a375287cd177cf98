import Hummingbird
import JobModel
import Storage

/// Shows, pauses and resumes the triggers that go by events.
struct EventTriggerRoutes: Sendable {
    let triggers: EventTriggerStore

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/triggers", [.get: list]),
            Endpoint("/v1/triggers/{workflow}/{trigger}/pause", [.post: pause]),
            Endpoint("/v1/triggers/{workflow}/{trigger}/resume", [.post: resume]),
            Endpoint("/v1/triggers/{workflow}/{trigger}/retry", [.post: retry]),
        ]
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: ["triggers": .array(try await triggers.all().map(\.json))])
    }

    private func pause(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try await JSONBody.read(request).finish()
        return try await setPaused(true, request, context, dropping: false)
    }

    private func resume(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var members = try await JSONBody.read(request)
        let dropping = try members.optionalBool("drop") ?? false
        try members.finish()
        return try await setPaused(false, request, context, dropping: dropping)
    }

    private func setPaused(
        _ isPaused: Bool,
        _ request: Request,
        _ context: BasicRequestContext,
        dropping: Bool
    ) async throws -> Response {
        let (workflow, name) = try names(request, context)
        guard try await triggers.setPaused(isPaused, workflow: workflow, name: name, dropping: dropping) else {
            throw Self.notFound(workflow, name)
        }
        return try await show(workflow, name)
    }

    private func retry(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (workflow, name) = try names(request, context)
        try await JSONBody.read(request).finish()
        guard try await triggers.retry(workflow: workflow, name: name) != nil else {
            throw Self.notFound(workflow, name)
        }
        return try await show(workflow, name)
    }

    private func names(_ request: Request, _ context: BasicRequestContext) throws -> (String, String) {
        try request.refuseParameters()
        return (context.parameters.get("workflow") ?? "", context.parameters.get("trigger") ?? "")
    }

    private func show(_ workflow: String, _ name: String) async throws -> Response {
        guard let detail = try await triggers.all().first(where: { $0.workflow == workflow && $0.name == name }) else {
            throw Self.notFound(workflow, name)
        }
        return Response(json: detail.json)
    }

    static func notFound(_ workflow: String, _ name: String) -> Problem {
        Problem(.triggerNotFound, "there is no trigger \"\(workflow)/\(name)\"; GET /v1/triggers lists them")
    }
}

extension EventTriggerDetail {
    /// The object `Trigger` of the API.
    var json: JSONValue {
        [
            "workflow": .string(workflow), "name": .string(name), "version": .count(version), "team": .string(team),
            "when": .string(summary), "gather": .string(gather), "max_active": mostActive.map(JSONValue.count) ?? .null,
            "active": .count(active), "pending": .count(pending), "refused": .count(refused),
            "last_run": lastRun.map(JSONValue.id) ?? .null, "last_at": .time(lastAt), "paused_at": .time(pausedAt),
            "error": .optional(error),
        ]
    }
}
