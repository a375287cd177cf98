import JobModel
import Models
import Storage
import Workflow

/// Runs jobs of the kind llm: one model call, sent back a few times while its answer does not fit the schema.
struct LLMHandler: JobHandler {
    let kit: AgentKit
    let batches: BatchStore

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .llm(let llm) = context.definition.kind else { preconditionFailure("not an llm job") }
        let shown = try await kit.files.parts(llm.files, in: context)
        return try await LLMProgram(context: context, kit: kit, batches: llm.isBatch ? batches : nil)
            .run(llm, shown + [.text(try context.text(llm.prompt))])
    }
}
