package import JobModel

/// Gives a provider many requests at once, whose answers come later and cost less.
package protocol BatchProvider: Sendable {
    /// One request, as it stands in a batch.
    func body(of request: ModelRequest, for endpoint: ModelEndpoint) throws -> JSONValue

    /// Sends a batch: what is paid for.
    ///
    /// - Parameter willSend: Called right before the request that is paid for; what it throws ends all.
    /// - Returns: What the provider calls it.
    /// - Throws: `ModelError`; see `ModelError.certainlySentNoBatch`.
    func send(
        _ batch: BatchRequest,
        to endpoint: ModelEndpoint,
        willSend: () async throws -> Void
    ) async throws -> String

    /// Looks whether a batch was sent whose answer was lost.
    ///
    /// - Parameter others: What the provider calls other batches of ours.
    func find(_ batch: BatchRequest, at endpoint: ModelEndpoint, others: Set<String>) async throws -> BatchFinding

    /// How far a batch has come.
    func status(of id: String, at endpoint: ModelEndpoint) async throws -> BatchStatus

    /// What became of its requests, one after the other.
    ///
    /// - Parameter model: The model that they were for.
    func results(
        of ended: BatchStatus.Ended,
        at endpoint: ModelEndpoint,
        model: String,
        each: (BatchResult) async throws -> Void
    ) async throws

    /// Asks the provider to end a batch; what is answered by then is paid for.
    func cancel(_ id: String, at endpoint: ModelEndpoint) async throws
}

extension ModelEndpoint.Kind {
    /// How batches are given to it; nil where the machine knows no way.
    package var batches: (any BatchProvider)? {
        switch self {
        case .openAI, .openAICompatible, .openAIResponses: OpenAIBatches()
        case .anthropic: AnthropicBatches()
        case .azureOpenAI, .gemini, .bedrock: nil
        }
    }
}
