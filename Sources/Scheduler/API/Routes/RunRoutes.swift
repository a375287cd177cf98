import Hummingbird
import JobModel
import Settings
import Storage

/// Starts, shows, cancels and retries runs.
struct RunRoutes: Sendable {
    private static let defaultLimit: Int64 = 50

    let reader: RunReader
    let runs: RunStore
    let notifier: ReadyNotifier
    let acts: RunActs
    let versions: ChildStore

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/runs", [.post: submit, .get: list]),
            Endpoint("/v1/runs/{run}", [.get: show]),
            Endpoint("/v1/runs/{run}/cancel", [.post: cancel]),
            Endpoint("/v1/runs/{run}/retry", [.post: retry]),
        ]
    }

    private func submit(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        let given = try SubmissionRequest(try await JSONBody.read(request))
        var submission = try await given.submission { name, version in
            try await versions.source(of: name, version: version)
        }
        submission.requester = Person.current?.name
        let receipt = try await runs.submit(submission, telling: notifier)
        acts.failpoints.reach(.afterSubmission)
        return Response(
            status: receipt.isNew ? .created : .ok,
            json: await acts.answer(receipt.run, of: submission.workflow)
        )
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        var parameters = try AddressParameters(request)
        let filter = RunFilter(
            state: try parameters.optionalWord("state", as: RunState.self),
            workflow: parameters.optionalText("workflow"),
            before: try parameters.optionalInteger("before", in: 1...Int64.max).map(RunID.init)
        )
        let limit = try parameters.optionalInteger("limit", in: 1...Int64(RunReader.maximumRuns))
        try parameters.finish()
        let page = try await reader.runs(filter, limit: Int(limit ?? Self.defaultLimit))
        return Response(json: ["runs": .array(page.map { .object($0.json) })])
    }

    private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        let run = try context.run
        guard let detail = try await reader.run(run) else { throw Problem.runNotFound(run) }
        return Response(json: .object(detail.json))
    }

    private func cancel(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let reason = try members.reason()
        try members.finish()
        return try await perform(.cancel, reason, context)
    }

    private func retry(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let retry = try RunStore.Retry(&members)
        let reason = try members.reason()
        try members.finish()
        return try await perform(.retry(retry), reason, context)
    }

    private func perform(_ act: RunActs.Act, _ reason: String?, _ context: BasicRequestContext) async throws -> Response
    {
        let run = try context.run
        try await acts.perform(act, on: run, reason: reason)
        return Response(status: .accepted, json: await acts.answer(run))
    }
}
