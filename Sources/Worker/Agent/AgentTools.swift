import Checkpoints
import JobModel
import Models
import Tools

/// What an agent's model may call, turn by turn: the tools that its file names, and those of servers, which may change.
///
/// What a server lists is a step of the job, named after its connection, with the number of the turn for which it was
/// asked. So a later attempt finds the tools of each turn, and with them the turn itself, without asking the server;
/// and a server that was started anew is asked only where the recorded turns end.
struct AgentTools: Sendable {
    /// The most tools of one agent: what the smallest of the large providers takes.
    static let maximum = 128

    private let fixed: [any Tool]
    private let sources: [any ToolSource]
    private let steps: JobSteps
    private let log: JobLog
    /// The tool call that the agent is; nil for a job's own.
    private let call: StepPosition?
    private var listings: [JSONValue?]

    init(_ fixed: [any Tool], _ sources: [any ToolSource], steps: JobSteps, log: JobLog, call: StepPosition? = nil) {
        self.call = call
        self.fixed = fixed
        self.sources = sources
        self.steps = steps
        self.log = log
        listings = sources.map { _ in nil }
    }

    /// The tools of a turn.
    ///
    /// - Parameters:
    ///   - previous: The fingerprint of the turn before.
    ///   - isRecorded: Whether the turn is recorded with these tools; then nobody is asked.
    /// - Throws: `JobFailure` where there are more than a model can be offered, what a source or a step throws.
    mutating func ready(
        forTurn turn: Int,
        after previous: Fingerprint?,
        isRecorded: ([any Tool]) async throws -> Bool
    ) async throws -> [any Tool] {
        for index in sources.indices { try await find(index, turn: turn, after: previous) }
        if turn > 1, sources.contains(where: \.hasChanged), try await !isRecorded(try tools()) {
            for index in sources.indices where sources[index].hasChanged {
                try await refresh(index, turn: turn, after: previous)
            }
        }
        return try tools()
    }

    /// Ends what was started for the tools.
    func close() async {
        for source in sources { await source.close() }
    }

    private func step(_ source: any ToolSource, turn: Int, after previous: Fingerprint?) throws -> StepRequest {
        let position = try StepPosition.step(named: "tools:\(source.name)", occurrence: turn)
        return StepRequest(
            position: try call.map { call throws(CheckpointError) in try position.inside(call) } ?? position,
            fingerprint: Fingerprint(kind: .step, request: source.request, after: previous),
            kind: .step,
            name: "tools of \(source.name)",
            effect: .none,
            isPaid: false
        )
    }

    /// Takes over what was listed for a turn; before the first one, asks where nothing was.
    private mutating func find(_ index: Int, turn: Int, after previous: Fingerprint?) async throws {
        let source = sources[index]
        let step = try step(source, turn: turn, after: previous)
        if turn == 1 {
            listings[index] = try await steps.run(step) { _ in StepResult(value: try await source.list()) }.value
        } else if let listing = try await steps.recorded(step) {
            listings[index] = listing
        }
    }

    /// Asks again; the answer is a step only where it is another one.
    private mutating func refresh(_ index: Int, turn: Int, after previous: Fingerprint?) async throws {
        let source = sources[index]
        let listing: JSONValue
        do {
            listing = try await source.list()
        } catch let error as ToolsError {
            // The model goes on with what it knows; a call will say the same.
            log.event("the tools of \(source.name) are not listed anew: \(error)")
            return
        }
        guard listing != listings[index] else { return }
        log.event("the tools of \(source.name) have changed")
        listings[index] = try await steps.run(try step(source, turn: turn, after: previous)) { _ in
            StepResult(value: listing)
        }.value
    }

    private func tools() throws(JobFailure) -> [any Tool] {
        var names = ToolNames(taken: fixed.map(\.definition.name))
        var tools = fixed
        for (source, listing) in zip(sources, listings) {
            guard let listing else { continue }
            for tool in source.tools(in: listing) { tools.append(names.named(tool, from: source.name)) }
        }
        guard tools.count > Self.maximum else { return tools }
        throw JobFailure(
            code: "tools-too-many",
            message: "the agent would have \(tools.count) tools, the most is \(Self.maximum); "
                + "say which it needs with allow: of \(sources.map(\.name).joined(separator: ", "))",
            isPermanent: true
        )
    }
}
