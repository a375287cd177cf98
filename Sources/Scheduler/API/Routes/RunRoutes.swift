import Hummingbird
import JobModel
import Storage

/// Starts, shows, cancels and retries runs.
struct RunRoutes: Sendable {
    private static let defaultLimit: Int64 = 50

    let reader: RunReader
    let runs: RunStore
    let notifier: ReadyNotifier
    let audit: AuditStore

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
        var submission = try SubmissionRequest(try await JSONBody.read(request)).submission()
        submission.requester = Person.current?.name
        let receipt = try await runs.submit(submission)
        if receipt.isNew { notifier.notify(submission.jobs.filter(\.needs.isEmpty).map(\.queue)) }
        return Response(status: receipt.isNew ? .created : .ok, json: .object(try await summary(of: receipt.run).json))
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
        try await JSONBody.read(request).finish()
        let run = try context.run
        guard let cancellation = try await runs.cancel(run) else {
            let state = try await summary(of: run).state
            throw Problem(.runNotCancellable, "run \(run) has ended already: \(state.rawValue)")
        }
        notifier.notify(Array(cancellation.readied))
        try await note("run.cancel", run)
        return Response(status: .accepted, json: .object(try await summary(of: run).json))
    }

    private func note(_ action: String, _ run: RunID, _ detail: JSONValue? = nil) async throws {
        guard let person = Person.current else { return }
        try await audit.add(actor: person.name, action: action, subject: "run \(run)", run: run, detail: detail)
    }

    private func retry(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let repeatsUnknown = try members.optionalBool("repeat_unknown") ?? false
        try members.finish()
        let run = try context.run
        guard let readied = try await runs.retry(run, repeatingUnknown: repeatsUnknown) else {
            throw Self.notRetryable(try await summary(of: run))
        }
        notifier.notify(readied)
        try await note("run.retry", run, repeatsUnknown ? ["repeat_unknown": true] : nil)
        return Response(status: .accepted, json: .object(try await summary(of: run).json))
    }

    private static func notRetryable(_ run: RunSummary) -> Problem {
        run.state.isFinal
            ? Problem(.runNotRetryable, "run \(run.id) has nothing to retry: all of its jobs succeeded")
            : Problem(.runNotRetryable, "run \(run.id) has not ended: it is \(run.state.rawValue); cancel it first")
    }

    private func summary(of run: RunID) async throws -> RunSummary {
        guard let summary = try await reader.summary(of: run) else { throw Problem.runNotFound(run) }
        return summary
    }
}
