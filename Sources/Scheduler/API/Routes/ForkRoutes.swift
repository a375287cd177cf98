import Checkpoints
import Hummingbird
import JobModel
import Storage

/// Starts runs that take over the checkpoints of others.
struct ForkRoutes: Sendable {
    /// How many steps an error names of those that there are.
    private static let mostNamed = 50

    let reader: RunReader
    let forks: ForkStore
    let checkpoints: CheckpointReader
    let notifier: ReadyNotifier
    let answer: AnswerToAct

    var endpoints: [Endpoint] { [Endpoint("/v1/runs/{run}/fork", [.post: fork])] }

    private func fork(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        let run = try context.run
        let asked = try ForkRequest(try await JSONBody.read(request))
        guard let origin = try await forks.origin(run, job: asked.job),
            let source = try await reader.summary(of: run)
        else { throw Problem.runNotFound(run) }
        guard source.state.isFinal || source.forkedFrom == nil else {
            throw Problem(
                .runNotForkable,
                "run \(run) is a fork that has not ended: what it took over may not be there yet; fork it when it has"
            )
        }
        var submission = try asked.submission(from: origin)
        submission.requester = Person.current?.name
        let parting = try await parting(of: asked, from: run, origin)
        guard let receipt = try await forks.fork(run, as: submission, parting: parting) else {
            throw Problem.runNotFound(run)
        }
        if receipt.isNew { notifier.notify(submission.firstQueues) }
        return Response(
            status: receipt.isNew ? .created : .ok,
            json: await answer.run(receipt.run, of: submission.workflow, reader)
        )
    }

    /// Where the fork leaves its source's way.
    ///
    /// - Throws: `Problem` when the source has no such job or step.
    private func parting(
        of asked: ForkRequest,
        from run: RunID,
        _ origin: ForkStore.Origin
    ) async throws -> ForkStore.Parting? {
        guard let name = asked.job else { return nil }
        guard let job = origin.job else { throw Problem.jobNotFound(name, of: run) }
        guard let text = asked.step else {
            return ForkStore.Parting(job: name, step: nil, reach: .nothing, edit: asked.edit)
        }
        guard let step = StepPosition(text) else {
            throw Problem(
                .badRequest,
                "\"\(text)\" is no step; steps are written t0003, t0003.1, name#1 or gateway/name#1"
            )
        }
        let recorded = try await RecordedSteps(
            of: JobReference(run: run, job: job),
            forks: forks,
            checkpoints: checkpoints
        )
        let reach: ForkReach
        if recorded.gateway.count == 0, !recorded.attempts.entries(at: step).isEmpty {
            let last = ForkPoint.lastStep(before: step, in: recorded.attempts)
            reach = last.map { .through($0.description) } ?? .nothing
        } else if let place = try await recorded.reach(before: step) {
            // A program's steps, in whichever journal they are, have no order but that of recording.
            reach = place
        } else {
            throw Self.stepNotFound(step, job: name, of: run, recorded.positions)
        }
        var edit = asked.edit
        if edit.result != nil { edit.fingerprint = recorded.gateway.entries(at: step).first?.fingerprint.hex }
        return ForkStore.Parting(job: name, step: text, reach: reach, edit: edit)
    }

    private static func stepNotFound(
        _ step: StepPosition,
        job: String,
        of run: RunID,
        _ known: [StepPosition]
    ) -> Problem {
        var names = known.prefix(mostNamed).map(\.description).joined(separator: ", ")
        if known.count > mostNamed {
            names += " and \(known.count - mostNamed) more; see 'chassis transcript \(run) \(job)'"
        }
        return Problem(
            .stepNotFound,
            "job \"\(job)\" of run \(run) has recorded no step \(step); "
                + (known.isEmpty ? "it has none" : "it has \(names)")
        )
    }
}
