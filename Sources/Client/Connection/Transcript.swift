import JobModel

/// The recorded steps of a job.
enum Transcript {
    /// The most that the API gives: for each page it reads through the job's journals anew.
    private static let pageSize = 1000

    /// Reads all of them, page by page.
    static func read(of run: RunID, job: String, _ api: SchedulerAPI) async throws -> [TranscriptStep] {
        var steps: [TranscriptStep] = []
        var after: String?
        while true {
            let page = try await api.transcript(of: run, job: job, after: after, limit: pageSize)
            steps += page.list("steps").map(TranscriptStep.init)
            guard let next = page["next"] else {
                guard page.number("count") > pageSize else { return steps }
                throw ClientError.unsuccessful(
                    "the scheduler is older than this command, and the job has more steps than one page; upgrade it"
                )
            }
            guard let text = next.stringValue else { return steps }
            after = text
        }
    }
}

/// One recorded step of a job.
struct TranscriptStep: Equatable, Sendable {
    let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    var position: String { json.text("position") }
    var kind: String { json.text("kind") }
    var name: String { json["name"]?.stringValue ?? kind }
    var fingerprint: String { json.text("fingerprint") }
    var result: JSONValue { json["result"] ?? .null }
    /// What was said to the model since the turn before.
    var messages: [JSONValue] { json.list("messages") }
    var cost: MicroDollars? { json.optionalNumber("cost_micro_usd").map(MicroDollars.init) }
    /// Of a program's call or named step, the attempts that it was served to from its record, and how; nil of all others.
    var served: [(epoch: Int64, match: String)]? {
        json["served"]?.arrayValue?.map { ($0.number("epoch"), $0.text("match")) }
    }
    /// Whether a program asked this where the attempt before had asked something else.
    var isDiverged: Bool { json.flag("diverged") }
    /// The run whose attempt recorded it.
    var run: Int64 { json.number("run") }
    /// The attempt that recorded it.
    var epoch: Int64 { json.number("epoch") }
}
