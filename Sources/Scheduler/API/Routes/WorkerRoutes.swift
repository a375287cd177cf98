import Hummingbird
import JobModel
import Storage

/// Who works, and what waits.
struct WorkerRoutes: Sendable {
    let reader: RunReader

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/workers", [.get: workers]),
            Endpoint("/v1/queues", [.get: queues]),
        ]
    }

    private func workers(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: ["workers": .array(try await reader.workers().map(\.json))])
    }

    private func queues(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: ["queues": .array(try await reader.queues().map(\.json))])
    }
}
