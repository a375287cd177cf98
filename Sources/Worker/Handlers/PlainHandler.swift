import Checkpoints
package import JobModel
import Postgres
package import Storage
import Synchronization

/// Code of a worker's own that runs jobs of a kind of its own, without a definition in a workflow file.
package typealias PlainHandler = @Sendable (PlainContext) async throws -> JSONValue

/// What a plain handler has, to run one attempt of a job.
package final class PlainContext: Sendable {
    private struct State {
        var steps: JobSteps?
        var occurrences: [String: Int] = [:]
    }

    package let job: ClaimedJob
    private let open: @Sendable () async throws -> JobSteps
    private let turn = AsyncCounter(1)
    private let state = Mutex(State())

    init(job: ClaimedJob, open: @escaping @Sendable () async throws -> JobSteps) {
        self.job = job
        self.open = open
    }

    /// Runs a named step once in the life of the job: later attempts get its recorded result.
    ///
    /// - Parameter name: Letters, digits or `_ - . / :`; a name that comes again is another step each time.
    package func step(_ name: String, _ body: @Sendable () async throws -> JSONValue) async throws -> JSONValue {
        let occurrence = state.withLock { state in
            state.occurrences[name, default: 0] += 1
            return state.occurrences[name, default: 0]
        }
        let step = StepRequest(
            position: try .step(named: name, occurrence: occurrence),
            fingerprint: Fingerprint(kind: .step, request: .string(name), after: nil),
            kind: .step,
            name: name,
            effect: .none,
            isPaid: false
        )
        return try await opened().run(step) { _ in StepResult(value: try await body()) }.value
    }

    /// Opens the journal with the first step: a job without steps leaves no file behind.
    private func opened() async throws -> JobSteps {
        if let steps { return steps }
        try await turn.take()
        defer { turn.giveBack() }
        if let steps { return steps }
        let opened = try await open()
        state.withLock { $0.steps = opened }
        return opened
    }

    private var steps: JobSteps? { state.withLock { $0.steps } }

    func close() async { await steps?.close() }
}
