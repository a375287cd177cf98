import Checkpoints
import JobModel
import Models
import Settings
import Storage
import Workflow

/// Runs jobs of the kind handler: code of the worker's own.
struct CodeHandler: JobHandler {
    let code: WorkerCode
    let kit: CodeKit

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .handler(let definition) = context.definition.kind else { preconditionFailure("no handler job") }
        guard let handler = code.handlers[definition.name] else {
            throw WorkerCode.missing("handler \(definition.name)")
        }
        let input = try context.evaluate { expressions throws(ExpressionError) in
            try definition.input?.evaluate(in: expressions) ?? [:]
        }
        return try await CodeContext.run(handler, named: definition.name, input: input, in: context, kit)
    }
}

/// What handlers have besides the job.
struct CodeKit: Sendable {
    let agents: AgentKit
    let clock: DatabaseClock
}

/// What models and agents are run with.
struct AgentKit: Sendable {
    let connections: [String: ConnectionDefinition]
    let files: RequestFiles
    let gates: ConnectionGates
    let toolbox: Toolbox
}
