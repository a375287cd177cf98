import JobModel
import Settings
import Storage
import Workflow

/// Runs jobs of the kind agent: a model that works with tools until it has an answer.
struct AgentHandler: JobHandler {
    let connections: [String: ConnectionDefinition]
    let files: RequestFiles
    let gates: ConnectionGates
    let toolbox: Toolbox

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .agent(let agent) = context.definition.kind else { preconditionFailure("not an agent job") }
        let program = AgentProgram(
            context: context,
            connections: connections,
            files: files,
            gates: gates,
            toolbox: toolbox
        )
        return try await program.run(agent)
    }
}
