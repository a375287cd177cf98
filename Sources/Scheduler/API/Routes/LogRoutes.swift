import Hummingbird
import JobModel
import Storage

/// What the jobs of a run said.
struct LogRoutes: Sendable {
    private static let defaultLimit: Int64 = 1000

    let reader: RunReader

    var endpoints: [Endpoint] { [Endpoint("/v1/runs/{run}/logs", [.get: log])] }

    private func log(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let run = try context.run
        var parameters = try AddressParameters(request)
        let after = try parameters.optionalInteger("after", in: 0...Int64.max) ?? 0
        let job = parameters.optionalText("job")
        let limit = try parameters.optionalInteger("limit", in: 1...Int64(RunReader.maximumLogLines))
        try parameters.finish()
        switch try await reader.log(of: run, after: after, job: job, limit: Int(limit ?? Self.defaultLimit)) {
        case .page(let page): return Response(json: page.json)
        case .noRun: throw Problem.runNotFound(run)
        case .noJob: throw Problem.jobNotFound(job ?? "", of: run)
        }
    }
}
