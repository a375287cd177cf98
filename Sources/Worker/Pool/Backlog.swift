import JobModel
import Logging
import Postgres
import Storage
import Synchronization
import Telemetry
import Tools

/// Gathers rows that nobody waits for (log lines and free steps of all jobs) and writes them in sets.
final class Backlog: Sendable {
    /// How long a row waits at most before it is written, while the database answers.
    static let interval = Duration.milliseconds(100)
    /// How many lines are kept while the database does not answer; later ones are dropped and counted.
    static let maximumLines = 10_000
    /// How many free steps are kept meanwhile; later ones are not listed.
    static let maximumSteps = 100_000
    /// The longest line that is kept, in characters.
    static let maximumLineLength = 4_000

    private struct Line {
        let line: LogStore.Line
        let at: ContinuousClock.Instant
    }

    private struct Step {
        let step: StepStore.FreeStep
        let endedAt: ContinuousClock.Instant
    }

    private struct State {
        var lines: [Line] = []
        var steps: [Step] = []
        var dropped = 0

        var isEmpty: Bool { lines.isEmpty && steps.isEmpty }
    }

    private let state = Mutex(State())
    private let logs: LogStore
    private let steps: StepStore
    private let logger: Logger
    private let turn = AsyncCounter(1)
    /// Tells that there are rows where there were none: who has nothing to write does not wake up.
    private let wakeUp = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    /// Takes the secrets out of whatever a job keeps.
    let redactor: Redactor

    init(logs: LogStore, steps: StepStore, logger: Logger, redactor: Redactor = .none) {
        self.redactor = redactor
        self.logs = logs
        self.steps = steps
        self.logger = logger
    }

    /// How many free steps wait to be written.
    var waitingSteps: Int { state.withLock { $0.steps.count } }

    func add(_ line: LogStore.Line) {
        var line = line
        line.text = redactor.redacted(line.text.withoutNull)
        if line.text.count > Self.maximumLineLength { line.text = line.text.prefix(Self.maximumLineLength) + " …" }
        change { state in
            guard state.lines.count < Self.maximumLines else {
                state.dropped += 1
                return
            }
            state.lines.append(Line(line: line, at: .now))
        }
    }

    /// Notes a free step that has just been recorded.
    func add(_ step: StepStore.FreeStep) {
        change { state in
            guard state.steps.count < Self.maximumSteps else { return }
            state.steps.append(Step(step: step, endedAt: .now))
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            let wasEmpty = state.isEmpty
            body(&state)
            return wasEmpty && !state.isEmpty
        }
        if isFirst { wakeUp.continuation.yield() }
    }

    /// Writes what there is, again and again, until the task is cancelled.
    func run() async throws {
        for await _ in wakeUp.stream {
            try await ContinuousClock().sleep(for: Self.interval)
            await flush()
        }
        throw CancellationError()
    }

    /// Writes what there is now; what cannot be written is kept.
    func flush() async {
        // A task that is cancelled leaves the rows to the next flush.
        guard (try? await turn.take()) != nil else { return }
        defer { turn.giveBack() }
        let (lines, steps, dropped) = state.withLock { state in
            let taken = (state.lines, state.steps, state.dropped)
            state = State()
            return taken
        }
        guard !lines.isEmpty || !steps.isEmpty else { return }
        if dropped > 0 { logger.warning("log lines were dropped", metadata: [LogKey.count: "\(dropped)"]) }
        let now = ContinuousClock.now
        do {
            try await self.steps.add(
                steps.map { step in
                    var row = step.step
                    row.startedAgo = row.took + (now - step.endedAt)
                    return row
                }
            )
        } catch {
            logger.debug("steps could not be noted yet", metadata: [LogKey.error: "\(error)"])
            change { $0.steps = Array((steps + $0.steps).prefix(Self.maximumSteps)) }
        }
        do {
            try await logs.add(
                lines.map { line in
                    var row = line.line
                    row.ago = now - line.at
                    return row
                }
            )
        } catch {
            logger.debug("log lines could not be kept yet", metadata: [LogKey.error: "\(error)"])
            change { state in
                let all = lines + state.lines
                state.lines = Array(all.prefix(Self.maximumLines))
                state.dropped += all.count - state.lines.count
            }
        }
    }
}
