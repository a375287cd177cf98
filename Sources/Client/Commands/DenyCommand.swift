import ArgumentParser
import JobModel

/// The subcommand `deny`.
struct DenyCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny",
        abstract: "Deny what is asked; the model is told why."
    )

    @OptionGroup var decision: DecisionOptions

    @Option(name: .long, help: "Why: the model is told.")
    var reason: String

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        try await decision.decide("deny", { _ in ["reason": .string(reason)] }, invocation)
    }
}
