/// Speaks with models in the words of one provider.
package protocol ModelProvider: Sendable {
    /// Asks once and waits for the complete answer; repeating is the caller's.
    ///
    /// - Parameters:
    ///   - idempotencyKey: The same for every try at the same question, so that a provider that honours it answers the
    ///     second one from the first.
    ///   - onText: Told each piece of the answer's text as it comes, in order, from the calling task; nil when nobody
    ///     listens. What it was told before an error is no answer.
    /// - Throws: `ModelError`, or `CancellationError`; cancelling the task ends the call at once.
    func answer(
        _ request: ModelRequest,
        from endpoint: ModelEndpoint,
        idempotencyKey: String,
        onText: (@Sendable (String) -> Void)?
    ) async throws -> ModelAnswer
}
