import Hummingbird
import JobModel
import Workflow

/// What can be asked about a workflow file without starting it.
struct WorkflowRoutes: Sendable {
    var endpoints: [Endpoint] { [Endpoint("/v1/validate", [.post: validate])] }

    private func validate(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let source = try WorkflowSource(&members)
        try members.finish()
        let definition = try source.definition()
        return Response(json: ["workflow": .string(definition.name), "jobs": .texts(definition.jobs.map(\.name))])
    }
}
