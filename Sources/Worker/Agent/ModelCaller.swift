import JobModel
import Models
import Storage

/// Asks a model until it has answered, within the bounds of the retry policy.
struct ModelCaller: Sendable {
    let provider: any ModelProvider
    let connection: ModelConnection
    var retry = ModelRetry()

    /// Asks, and waits and asks again where that may help.
    ///
    /// - Parameter onBegin: Told when the first part of an answer comes.
    /// - Throws: `StepFailure` with the number of calls that may have been paid for without an answer.
    func ask(
        _ request: ModelRequest,
        idempotencyKey: String,
        log: JobLog,
        onBegin: @escaping @Sendable () -> Void
    ) async throws -> StepResult {
        var unknownCalls = 0
        var tries = 1
        while true {
            do {
                let answer = try await provider.answer(
                    request,
                    from: connection.endpoint,
                    idempotencyKey: idempotencyKey,
                    onText: { _ in onBegin() }
                )
                return StepResult(
                    value: answer.json,
                    usage: answer.usage?.json,
                    cost: connection.cost(of: answer.usage),
                    unknownCalls: unknownCalls
                )
            } catch let error as ModelError {
                if error.mayHaveBeenPaid { unknownCalls += 1 }
                var generator = SystemRandomNumberGenerator()
                switch retry.decision(after: error, tries: tries, using: &generator) {
                case .giveUp:
                    throw StepFailure(
                        failure: JobFailure(code: "model", message: "\(error)", isPermanent: !error.isRetryable),
                        unknownCalls: unknownCalls
                    )
                case .wait(let delay):
                    log.event("\(error); asking again in \(delay.shortText)")
                    try await pause(for: delay, unknownCalls: unknownCalls)
                    tries += 1
                }
            } catch is CancellationError {
                // The job was stopped while the call was under way: it may be paid for.
                throw StepFailure(
                    failure: JobFailure(code: "model", message: "the call to \(connection.endpoint.name) was stopped"),
                    unknownCalls: unknownCalls + 1
                )
            }
        }
    }

    /// Waits between two tries; a job that is stopped meanwhile has no call under way.
    private func pause(for delay: Duration, unknownCalls: Int) async throws {
        do {
            try await ContinuousClock().sleep(for: delay)
        } catch {
            throw StepFailure(
                failure: JobFailure(code: "model", message: "stopped between two tries"),
                unknownCalls: unknownCalls
            )
        }
    }
}
