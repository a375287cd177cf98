package import JobModel
package import Models

/// Something a model may call.
package protocol Tool: Sendable {
    /// What the model is told of it.
    var definition: ToolDefinition { get }

    /// What repeating a call does.
    var effect: Effect { get }

    /// The connection of the server that brings it; nil where no server does.
    var server: String? { get }

    /// What it is called in workflow files: the name by which it is called and, where that had to be another one, its server's own.
    var names: [String] { get }

    /// Carries out one call.
    ///
    /// What the model did wrong, and what the world answered, is a result with `isError`. Only what leaves nothing to
    /// record is thrown: `CancellationError`, and `ToolsError`, whose `nothingHappened` says whether the call may be
    /// made again whatever its effect.
    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput
}

extension Tool {
    /// No server.
    package var server: String? { nil }

    /// That by which it is called.
    package var names: [String] { [definition.name] }
}
