import JobModel
import Models
import Storage

/// Asks a model until it has answered, within the bounds of the retry policy.
struct ModelCaller: Sendable {
    let connection: ModelConnection
    var retry = ModelRetry()

    /// Asks, and waits and asks again where that may help.
    ///
    /// - Parameter calls: Where each call that failed is noted before the next one.
    /// - Parameter onBegin: Told when the first part of an answer comes.
    /// - Throws: `StepFailure` that says whether the last call may have been paid for.
    func ask(
        _ request: ModelRequest,
        calls: StepCalls,
        log: JobLog,
        onBegin: @escaping @Sendable () -> Void
    ) async throws -> StepResult {
        var tries = 1
        while true {
            do {
                let answer = try await connection.endpoint.kind.provider().answer(
                    request,
                    from: connection.endpoint,
                    idempotencyKey: calls.idempotencyKey,
                    onText: { _ in onBegin() }
                )
                return StepResult(
                    value: answer.json,
                    usage: answer.usage?.json,
                    cost: connection.cost(of: answer.usage)
                )
            } catch let error as ModelError {
                let failure = StepFailure(
                    failure: JobFailure(code: "model", message: "\(error)", isPermanent: !error.isRetryable),
                    unknownCalls: error.mayHaveBeenPaid ? 1 : 0
                )
                var generator = SystemRandomNumberGenerator()
                switch retry.decision(after: error, tries: tries, using: &generator) {
                case .giveUp: throw failure
                case .wait(let delay):
                    log.event("\(error); asking again in \(delay.shortText)")
                    do {
                        try await calls.noteFailure("\(error)", error.mayHaveBeenPaid)
                    } catch {
                        // Without the note another call would hide this one.
                        throw failure
                    }
                    try await pause(for: delay)
                    try await calls.beginAgain()
                    tries += 1
                }
            } catch is CancellationError {
                // The job was stopped while the call was under way: it may be paid for.
                throw StepFailure(
                    failure: JobFailure(code: "model", message: "the call to \(connection.endpoint.name) was stopped"),
                    unknownCalls: 1
                )
            }
        }
    }

    /// Waits between two tries; a job that is stopped meanwhile has no call under way.
    private func pause(for delay: Duration) async throws {
        do {
            try await ContinuousClock().sleep(for: delay)
        } catch {
            throw StepFailure(
                failure: JobFailure(code: "model", message: "stopped between two tries"),
                unknownCalls: 0
            )
        }
    }
}
