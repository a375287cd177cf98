import Hummingbird
import JobModel
import Storage

/// Pauses and resumes runs, workflows and queues.
struct PauseRoutes: Sendable {
    let pauses: PauseStore
    let reader: RunReader
    let notifier: ReadyNotifier

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/runs/{run}/pause", [.post: { try await run($0, $1, pauses: true) }]),
            Endpoint("/v1/runs/{run}/resume", [.post: { try await run($0, $1, pauses: false) }]),
            Endpoint("/v1/workflows/{workflow}/pause", [.post: { try await workflow($0, $1, pauses: true) }]),
            Endpoint("/v1/workflows/{workflow}/resume", [.post: { try await workflow($0, $1, pauses: false) }]),
            Endpoint("/v1/queues/{queue}/pause", [.post: { try await queue($0, $1, pauses: true) }]),
            Endpoint("/v1/queues/{queue}/resume", [.post: { try await queue($0, $1, pauses: false) }]),
        ]
    }

    private func run(_ request: Request, _ context: BasicRequestContext, pauses isPause: Bool) async throws -> Response
    {
        let reason = try await Self.reason(request)
        let run = try context.run
        let note = AuditNote.byPerson(
            isPause ? "run.pause" : "run.resume",
            on: "run \(run)",
            run: run,
            reason: reason
        )
        if isPause {
            guard try await pauses.pause(run, noting: note) else { throw try await ended(run) }
        } else if let queues = try await pauses.resume(run, noting: note) {
            notifier.notify(queues)
        } else {
            guard let summary = try await reader.summary(of: run) else { throw Problem.runNotFound(run) }
            throw Problem(.notPaused, "run \(run) is not paused: it is \(summary.state.rawValue)")
        }
        return Response(status: .ok, json: ["run": .integer(run.rawValue), "paused": .bool(isPause)])
    }

    private func ended(_ run: RunID) async throws -> Problem {
        guard let summary = try await reader.summary(of: run) else { return Problem.runNotFound(run) }
        return Problem(.runNotPausable, "run \(run) has ended already: \(summary.state.rawValue)")
    }

    private func workflow(
        _ request: Request,
        _ context: BasicRequestContext,
        pauses isPause: Bool
    ) async throws -> Response {
        let reason = try await Self.reason(request)
        let name = try context.parameters.require("workflow")
        let note = AuditNote.byPerson(
            isPause ? "workflow.pause" : "workflow.resume",
            on: "workflow \(name)",
            reason: reason
        )
        if isPause {
            guard try await pauses.pause(workflow: name, noting: note) else {
                throw Problem(
                    .workflowNotFound,
                    "there is no workflow \(name): none of that name was run or deployed yet"
                )
            }
        } else {
            guard let queues = try await pauses.resume(workflow: name, noting: note) else {
                throw Problem(.notPaused, "the workflow \(name) is not paused")
            }
            notifier.notify(queues)
        }
        return Response(status: .ok, json: ["workflow": .string(name), "paused": .bool(isPause)])
    }

    private func queue(
        _ request: Request,
        _ context: BasicRequestContext,
        pauses isPause: Bool
    ) async throws -> Response {
        let reason = try await Self.reason(request)
        let name = try context.parameters.require("queue")
        let note = AuditNote.byPerson(isPause ? "queue.pause" : "queue.resume", on: "queue \(name)", reason: reason)
        if isPause {
            try await pauses.pause(queue: name, noting: note)
        } else {
            guard try await pauses.resume(queue: name, noting: note) else {
                throw Problem(.notPaused, "the queue \(name) is not paused")
            }
            notifier.notify([name])
        }
        return Response(status: .ok, json: ["queue": .string(name), "paused": .bool(isPause)])
    }

    /// Why somebody does it, as the body says.
    private static func reason(_ request: Request) async throws -> String? {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let reason = try members.reason()
        try members.finish()
        return reason
    }
}
