import Checkpoints
import Hummingbird
import JobModel
import Postgres
import Storage

/// What the steps of a job said and did, from its checkpoints.
struct TranscriptRoutes: Sendable {
    private static let defaultLimit: Int64 = 200
    private static let maximumLimit: Int64 = 1000
    /// A page ends with the step that brings it to so many bytes of JSON text; callers have a bound on what they take.
    private static let pageBytes = 8 * 1024 * 1024

    let reader: RunReader
    let forks: ForkStore
    let checkpoints: CheckpointReader
    /// One page is put together at a time, so that those of many requests do not add up.
    private let turn = AsyncCounter(1)

    init(reader: RunReader, forks: ForkStore, checkpoints: CheckpointReader) {
        self.reader = reader
        self.forks = forks
        self.checkpoints = checkpoints
    }

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
        let after = try Self.place(parameters.optionalText("after"))
        let limit = try parameters.optionalInteger("limit", in: 1...Self.maximumLimit) ?? Self.defaultLimit
        try parameters.finish()
        guard let name else { throw Problem(.badParameter, "\"job\" is missing: the name of one of the run's jobs") }
        guard let origin = try await forks.origin(run, job: name) else { throw Problem.runNotFound(run) }
        guard let job = origin.job else { throw Problem.jobNotFound(name, of: run) }
        return try await turn.pass {
            try await page(JobReference(run: run, job: job), name: name, after: after, limit: Int(limit))
        }
    }

    /// Where a page begins.
    private static func place(_ text: String?) throws -> TranscriptPlace {
        // Earlier versions counted steps, and their commands begin with 0.
        guard let text, text != "0" else { return .beginning }
        guard let place = TranscriptPlace(text) else { throw unknownPlace(text) }
        return place
    }

    private static func unknownPlace(_ text: String) -> Problem {
        Problem(
            .badParameter,
            "\"after\" must be what the page before gave as \"next\", not \"\(text)\"; leave it out to begin"
        )
    }

    private func page(
        _ job: JobReference,
        name: String,
        after place: TranscriptPlace,
        limit: Int
    ) async throws -> Response {
        let recorded = try await RecordedSteps(of: job, forks: forks, checkpoints: checkpoints)
        guard recorded.holds(place) else { throw Self.unknownPlace("\(place)") }
        let page = try await recorded.page(after: place, limit: limit)
        let positions = page.steps.filter { $0.entry.journal.job.part == .gateway }.map(\.entry.position.description)
        let served = positions.isEmpty ? [] : try await reader.served(of: job.job, at: Set(positions))
        var steps: [JSONValue] = []
        var bytes = 0
        var next = page.next
        var reached = place
        for (number, step) in page.steps.enumerated() {
            reached.pass(step.entry.journal.job.part)
            guard let record = step.record else { continue }
            let json = try await TranscriptStep(record, in: step.entry.journal, served: served, read: checkpoints).json
            steps.append(json)
            bytes += json.encoded().count
            guard bytes >= Self.pageBytes, number < page.steps.count - 1 else { continue }
            next = reached
            break
        }
        return Response(
            json: [
                "job": .string(name), "steps": .array(steps), "count": .count(recorded.count),
                "next": next.map { .string("\($0)") } ?? .null,
                "damage": .array(recorded.damage.map { .string("\($0)") }),
            ]
        )
    }
}
