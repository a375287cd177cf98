import JobModel
import Workflow

/// Runs jobs of the kind agent: a model that works with tools until it has an answer.
struct AgentHandler: JobHandler {
    let kit: AgentKit

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .agent(let agent) = context.definition.kind else { preconditionFailure("not an agent job") }
        return try await AgentProgram(context: context, kit: kit).run(agent)
    }
}
