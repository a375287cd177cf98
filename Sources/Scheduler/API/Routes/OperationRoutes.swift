import Hummingbird
import JobModel
import Postgres
import Storage
import Workflow

/// Marks jobs, gives runs another priority, and does things to many runs at once.
struct OperationRoutes: Sendable {
    /// How many runs one request acts on.
    static let runsAtOnce = 100
    /// How many runs a preview shows.
    static let shownRuns = 20
    /// How many runs a preview counts.
    static let countedRuns = 100_000
    /// The largest output that is kept in the database, as JSON text in bytes; larger ones go to the store.
    static let maximumInlineOutput = 8192
    /// The priorities that a file may name, too.
    static let priorities: ClosedRange<Int64> = -1_000...1_000

    let acts: RunActs
    let queue: QueueStore
    let blobs: OutputBlobs

    private var runs: RunStore { acts.runs }

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/runs/{run}/mark", [.post: mark]),
            Endpoint("/v1/runs/{run}/prioritize", [.post: prioritize]),
            Endpoint("/v1/bulk", [.post: bulk]),
        ]
    }

    // MARK: One run

    private func mark(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let name = try members.text("job")
        let output = members.optionalValue("output") ?? .null
        let reason = try members.reason()
        try members.finish()
        guard let reason else {
            throw Problem(.badRequest, "the body lacks \"reason\": why the job counts as succeeded")
        }
        let run = try context.run
        guard let job = try await runs.job(named: name, in: run) else { throw try await acts.missing(name, of: run) }
        try await check(output, of: name, in: job.version)
        let closing = try await runs.mark(job.id, of: run, succeededWith: try await stored(output)) { before in
            var detail: JSONObject = ["job": .string(name)]
            if let before { detail["before"] = .word(before) }
            return AuditNote.byPerson(
                "job.mark",
                on: "job \(name) of run \(run)",
                run: run,
                reason: reason,
                detail: .object(detail)
            )
        }
        switch closing {
        case .closed(let queues, let resumed):
            // The end of the run has made them due; this only has them not wait for the next look.
            let others = (try? await queue.resume(resumed)) ?? []
            acts.notifier.notify(Array(queues) + others)
        case .marked: break
        case .nothing, .moving:
            let hasSucceeded = try await runs.job(named: name, in: run)?.state == .succeeded
            throw Problem(
                .jobNotMarkable,
                hasSucceeded
                    ? "the job \"\(name)\" of run \(run) has succeeded already; "
                        + "chassis retry --from runs it anew where its output is wrong"
                    : "the job \"\(name)\" of run \(run) changes its state just now; try again"
            )
        }
        return Response(json: await acts.answer(run))
    }

    /// Refuses an output that the job's own schema would refuse.
    private func check(_ output: JSONValue, of name: String, in version: VersionID) async throws {
        let file = try await runs.version(version)
        let definition = try? WorkflowFile.parse(Array(file.source.utf8), name: file.workflow, isKept: true)
        // What this version cannot read any more has no schema that it could check by.
        guard let kind = definition?.job(named: name)?.kind else { return }
        if let fault = kind.fault(ofOutput: output) {
            throw Problem(.outputInvalid, "the output does not fit the job \"\(name)\": \(fault)")
        }
    }

    private func stored(_ output: JSONValue) async throws -> StoredOutput {
        let bytes = output.encoded()
        guard bytes.count > Self.maximumInlineOutput || output.text().contains("\\u0000") else {
            return .inline(output)
        }
        return .blob(try await blobs.put(bytes))
    }

    private func prioritize(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let act = try Self.prioritization(&members)
        let reason = try members.reason()
        try members.finish()
        let run = try context.run
        try await acts.perform(act, on: run, reason: reason)
        return Response(json: await acts.answer(run))
    }

    private static func prioritization(_ members: inout JSONMembers) throws -> RunActs.Act {
        guard let priority = try members.optionalInteger("priority", in: priorities) else {
            throw Problem(.badRequest, "the body lacks \"priority\", a whole number")
        }
        return .prioritize(job: try members.optionalText("job"), to: Int16(clamping: priority))
    }

    // MARK: Many runs

    private func bulk(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let word = try members.text("action")
        let selection = try RunSelection(JSONMembers(try members.optionalObject("filter") ?? [:]))
        let isTrial = try members.optionalBool("dry_run") ?? false
        let before = try members.optionalInteger("before", in: 1...Int64.max).map(RunID.init(rawValue:))
        let reason = try members.reason()
        let act: RunActs.Act
        switch word {
        case "cancel": act = .cancel
        case "retry": act = .retry(try RunStore.Retry(&members))
        case "prioritize": act = try Self.prioritization(&members)
        default: throw Problem(.badRequest, "\"action\" is cancel, retry or prioritize, not \"\(word)\"")
        }
        try members.finish()
        return isTrial
            ? try await preview(act, selection) : try await perform(act, selection, before: before, reason: reason)
    }

    private func select(_ act: RunActs.Act, _ selection: RunSelection, before: RunID?, limit: Int) async throws
        -> [RunID]
    {
        switch act {
        case .cancel: try await runs.live(selection, areCancellable: true, before: before, limit: limit)
        case .prioritize: try await runs.live(selection, areCancellable: false, before: before, limit: limit)
        case .retry: try await runs.ended(selection, before: before, limit: limit)
        }
    }

    private func preview(_ act: RunActs.Act, _ selection: RunSelection) async throws -> Response {
        let found = try await select(act, selection, before: nil, limit: Self.countedRuns)
        var shown: [JSONValue] = []
        for run in found.prefix(Self.shownRuns) {
            if let summary = try await acts.reader.summary(of: run) { shown.append(.object(summary.json)) }
        }
        return Response(json: ["dry_run": true, "matched": .count(found.count), "runs": .array(shown)])
    }

    /// Why a run is left as it is; nil where the error would be that of every other run, too.
    private func whyLeft(_ run: RunID, _ error: any Error) -> String? {
        if let error = error as? PostgresError, error.isHeldUp {
            return "something else held it for too long; ask again"
        }
        let problem = Problem(error)
        guard problem.code != .databaseUnavailable, problem.code != .schemaUnfit else { return nil }
        acts.answer.noteFailure(error, problem, of: run)
        return problem.detail
    }

    /// Acts on a set of the runs, each in a transaction of its own, and says where the next set begins.
    private func perform(
        _ act: RunActs.Act,
        _ selection: RunSelection,
        before: RunID?,
        reason: String?
    ) async throws -> Response {
        let found = try await select(act, selection, before: before, limit: Self.runsAtOnce)
        var done = 0
        var refused: [JSONValue] = []
        for run in found {
            do {
                try await acts.perform(act, on: run, reason: reason)
                done += 1
            } catch {
                // It has ended, or lives again, since it was selected; or something is wrong with it alone, and the others
                // do not wait for that.
                guard let reason = whyLeft(run, error) else { throw error }
                refused.append(["run": .id(run), "reason": .string(reason)])
            }
        }
        if before == nil, !found.isEmpty,
            let note = AuditNote.byPerson(
                "\(act.name).bulk",
                on: "runs of a filter",
                reason: reason,
                detail: ["filter": selection.json]
            )
        {
            await acts.answer.add(note, to: acts.audit)
        }
        let next = found.count < Self.runsAtOnce ? nil : found.last
        return Response(
            json: [
                "dry_run": false, "done": .count(done), "refused": .array(refused),
                "next": next.map(JSONValue.id) ?? .null,
            ]
        )
    }
}
