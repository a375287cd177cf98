import Checkpoints
import JobModel
import Storage
import Workflow

/// Runs jobs of the kind wait: suspended until a time, by the database's clock, or until an event.
struct WaitHandler: JobHandler {
    let clock: DatabaseClock
    let events: EventStore

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .wait(let wait) = context.definition.kind else { preconditionFailure("not a wait job") }
        let end: Int64
        switch wait {
        case .length(let length):
            let length = try Self.length(try context.text(length))
            // Counted from the job's first attempt, whatever happens to that one.
            end = try await begin(context) + length.wholeMicroseconds
        case .time(let time): end = try Self.time(try context.text(time))
        case .event(let event): return try await self.wait(for: event, context)
        }
        let now = try await clock.now().rawValue
        let output: JSONValue = ["until": .string(Timestamp(rawValue: end).description)]
        guard now < end else { return output }
        throw Suspension(waitsFor: .time, until: .at(microseconds: end), detail: Timestamp(rawValue: end).description)
    }

    /// When the wait began, in microseconds since 1970.
    func begin(_ context: JobContext) async throws -> Int64 {
        let step = StepRequest(
            position: try .step(named: "begin", occurrence: 1),
            fingerprint: Fingerprint(kind: .step, request: "wait", after: nil),
            kind: .step,
            name: "begin",
            effect: .none,
            isPaid: false
        )
        let outcome = try await context.steps.run(step) { _ in
            StepResult(value: .integer(try await clock.now().rawValue))
        }
        guard let begin = outcome.value.integerValue else {
            throw JobFailure(code: "store", message: "the checkpoint of the wait's begin is no time", isPermanent: true)
        }
        return begin
    }

    private static func length(_ text: String) throws(JobFailure) -> Duration {
        guard let length = Duration(written: text), length <= .longestWritten else {
            throw JobFailure(
                code: "wait",
                message:
                    "\(text.debugDescription) is no length of time; write it as in 30s, 5m, 2h or 1d, at most 365d",
                isPermanent: true
            )
        }
        return length
    }

    private static func time(_ text: String) throws(JobFailure) -> Int64 {
        guard let time = RFC3339.microseconds(text) else {
            throw JobFailure(
                code: "wait",
                message: "\(text.debugDescription) is no time; \(RFC3339.hint)",
                isPermanent: true
            )
        }
        return time
    }
}
