package import JobModel
package import Models

/// Something a model may call.
package protocol Tool: Sendable {
    /// What the model is told of it.
    var definition: ToolDefinition { get }

    /// What repeating a call does.
    var effect: Effect { get }

    /// Carries out one call.
    ///
    /// What the model did wrong, and what the world answered, is a result with `isError`. Only what leaves nothing to
    /// record is thrown: `CancellationError`, and `ToolsError`, whose `nothingHappened` says whether the call may be
    /// made again whatever its effect.
    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput
}
