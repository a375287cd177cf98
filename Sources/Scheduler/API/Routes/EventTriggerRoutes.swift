import Hummingbird
import JobModel
import Storage

/// Shows, pauses and resumes the triggers that go by events.
struct EventTriggerRoutes: Sendable {
    let triggers: EventTriggerStore
    let answer: AnswerToAct

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
        var members = try await JSONBody.read(request)
        let reason = try members.reason()
        try members.finish()
        return try await setPaused(true, request, context, dropping: false, reason)
    }

    private func resume(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var members = try await JSONBody.read(request)
        let dropping = try members.optionalBool("drop") ?? false
        let reason = try members.reason()
        try members.finish()
        return try await setPaused(false, request, context, dropping: dropping, reason)
    }

    private func setPaused(
        _ isPaused: Bool,
        _ request: Request,
        _ context: BasicRequestContext,
        dropping: Bool,
        _ reason: String?
    ) async throws -> Response {
        let (workflow, name) = try names(request, context)
        let isDone = try await triggers.setPaused(
            isPaused,
            workflow: workflow,
            name: name,
            dropping: dropping,
            noting: AuditNote.byPerson(
                isPaused ? "trigger.pause" : "trigger.resume",
                on: "trigger \(workflow)/\(name)",
                reason: reason,
                detail: dropping ? ["drop": true] : nil
            )
        )
        guard isDone else { throw Self.notFound(workflow, name) }
        return await show(workflow, name)
    }

    private func retry(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (workflow, name) = try names(request, context)
        var members = try await JSONBody.read(request)
        let reason = try members.reason()
        try members.finish()
        let note = AuditNote.byPerson("trigger.retry", on: "trigger \(workflow)/\(name)", reason: reason)
        guard try await triggers.retry(workflow: workflow, name: name, noting: note) != nil else {
            throw Self.notFound(workflow, name)
        }
        return await show(workflow, name)
    }

    private func names(_ request: Request, _ context: BasicRequestContext) throws -> (String, String) {
        try request.refuseParameters()
        return (context.parameters.get("workflow") ?? "", context.parameters.get("trigger") ?? "")
    }

    /// The trigger, once something was done to it.
    private func show(_ workflow: String, _ name: String) async -> Response {
        Response(
            json: await answer.read(["workflow": .string(workflow), "name": .string(name)]) {
                try await triggers.all().first { $0.workflow == workflow && $0.name == name }?.json.objectValue
            }
        )
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
