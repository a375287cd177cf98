import Checkpoints
import Hummingbird
import JobModel
import Storage

/// What the steps of a job said and did, from its checkpoints.
struct TranscriptRoutes: Sendable {
    private static let defaultLimit: Int64 = 200
    private static let maximumLimit: Int64 = 1000

    let reader: RunReader
    let forks: ForkStore
    let checkpoints: CheckpointReader

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/runs/{run}/transcript", [.get: transcript]),
            Endpoint("/v1/runs/{run}/workflow", [.get: workflow]),
        ]
    }

    /// The workflow file of a run's version.
    private func workflow(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        let run = try context.run
        guard let origin = try await forks.origin(run, job: nil) else { throw Problem.runNotFound(run) }
        return Response(
            json: [
                "workflow": .string(origin.workflow), "version": .count(origin.version),
                "source": .string(origin.source),
            ]
        )
    }

    private func transcript(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let run = try context.run
        var parameters = try AddressParameters(request)
        let name = parameters.optionalText("job")
        let after = try parameters.optionalInteger("after", in: 0...Int64.max) ?? 0
        let limit = try parameters.optionalInteger("limit", in: 1...Self.maximumLimit) ?? Self.defaultLimit
        try parameters.finish()
        guard let name else { throw Problem(.badParameter, "\"job\" is missing: the name of one of the run's jobs") }
        guard let origin = try await forks.origin(run, job: name) else { throw Problem.runNotFound(run) }
        guard let job = origin.job else { throw Problem.jobNotFound(name, of: run) }
        let history = try await checkpoints.history(
            of: JobReference(run: run, job: job),
            forkedFrom: try await forks.inheritance(of: job).flatMap {
                ForkPoint(run: $0.source, job: $0.job, reach: $0.reach)
            }
        )
        var steps: [JSONValue] = []
        for entry in history.steps.dropFirst(Int(clamping: after)).prefix(Int(limit)) {
            guard let record = try await checkpoints.record(entry) else { continue }
            steps.append(try await TranscriptStep(record, in: entry.journal, read: checkpoints).json)
        }
        return Response(
            json: [
                "job": .string(name), "steps": .array(steps), "count": .count(history.count),
                "damage": .array(history.damage.reports.map { .string("\($0)") }),
            ]
        )
    }
}
