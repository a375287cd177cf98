import Hummingbird
import JobModel
import Storage

/// Tells why runs and jobs wait.
struct WhyRoutes: Sendable {
    let reader: RunReader

    var endpoints: [Endpoint] { [Endpoint("/v1/runs/{run}/why", [.get: why])] }

    private func why(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let job = parameters.optionalText("job")
        try parameters.finish()
        let run = try context.run
        if let reason = try await reader.why(run, job: job) { return Response(json: reason.json) }
        guard let summary = try await reader.summary(of: run) else { throw Problem.runNotFound(run) }
        if let job { throw Problem(.jobNotFound, "run \(run) has no job \(job)") }
        return Response(json: [
            "run": .integer(run.rawValue), "job": nil, "state": .word(summary.state),
            "reason": .word(WaitReason.Code.ended), "text": .string("has ended: \(summary.state.rawValue)"),
            "since": .time(summary.endedAt), "until": nil, "remedy": nil,
        ])
    }
}

extension WaitReason {
    /// The object `Why` of the API.
    var json: JSONValue {
        [
            "run": .integer(run.rawValue),
            "job": .string(job),
            "state": .word(state),
            "reason": .word(code),
            "text": .string(text),
            "since": .time(since),
            "until": .time(until),
            "remedy": .optional(remedy),
        ]
    }
}
