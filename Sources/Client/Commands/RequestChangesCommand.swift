import ArgumentParser
import JobModel

/// The subcommand `request-changes`.
struct RequestChangesCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "request-changes",
        abstract: "Send an agent's output back with what should be changed."
    )

    @OptionGroup var decision: DecisionOptions

    @Option(name: .long, help: "What should be changed: the model goes on with this.")
    var text: String

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        try await decision.decide("request-changes", { _ in ["reason": .string(text)] }, invocation)
    }
}
