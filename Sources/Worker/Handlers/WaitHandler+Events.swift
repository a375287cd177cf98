import Checkpoints
import JobModel
import Storage
import Workflow

/// Waiting for an event.
extension WaitHandler {
    /// The event, once it is there; its taking is a step, so the job stays with the one it has taken.
    func wait(for event: EventWaitDefinition, _ context: JobContext) async throws -> JSONValue {
        let wait = EventWait(
            job: context.job.id,
            run: context.job.run,
            name: try context.text(event.name),
            key: try event.key.map { try context.text($0) },
            since: event.since
        )
        guard NewEvent.isName(wait.name) else {
            throw JobFailure(code: "wait", message: "\(NewEvent.Fault.name(wait.name))", isPermanent: true)
        }
        let deadline = try await event.within.asyncMap { try await begin(context) + $0.wholeMicroseconds }
        let taken = StepRequest(
            position: try .step(named: "event", occurrence: 1),
            fingerprint: Fingerprint(
                kind: .step,
                request: ["event": .string(wait.name), "key": wait.key.map { .string($0) } ?? .null],
                after: nil
            ),
            kind: .step,
            name: "event",
            effect: .none,
            isPaid: false
        )
        do {
            let outcome = try await context.steps.run(taken) { _ in
                guard let found = try await events.find(wait, where: { _ in true }) else { throw NoEventYet() }
                return StepResult(value: found.json)
            }
            try await events.endWait(of: wait.job)
            return outcome.value
        } catch is NoEventYet {
            return try await goOn(wait, event, deadline)
        }
    }

    /// Suspends the job again or, when its time is up, ends the wait.
    private func goOn(_ wait: EventWait, _ event: EventWaitDefinition, _ deadline: Int64?) async throws -> JSONValue {
        let what = wait.key.map { "\(wait.name) with the key \($0)" } ?? wait.name
        guard let deadline, try await clock.now().rawValue >= deadline else {
            throw Suspension(waitsFor: .event, until: deadline.map { .at(microseconds: $0) }, detail: what)
        }
        try await events.endWait(of: wait.job)
        switch event.otherwise {
        case .continue: return .null
        case .fail:
            throw JobFailure(
                code: "event-missing",
                message: "no event \(what) came within \(event.within?.shortText ?? "its time")",
                isPermanent: true
            )
        }
    }

    private struct NoEventYet: Error {}
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async throws -> Value? {
        switch self {
        case .some(let value): try await transform(value)
        case .none: nil
        }
    }
}
