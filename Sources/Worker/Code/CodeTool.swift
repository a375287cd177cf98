package import JobModel
import Models
import Tools
import Workflow

/// A tool that is code of a worker's own.
package struct CodeTool: Sendable {
    /// What one call has besides its arguments.
    package struct Call: Sendable {
        /// The same for every try at this call and no other.
        package let idempotencyKey: String
        /// Takes a line for the job's log.
        package let log: @Sendable (String) -> Void
    }

    package let name: String
    package let description: String
    /// The JSON Schema of the arguments, which is one of an object.
    package let parameters: JSONValue
    /// What repeating a call does.
    package let effect: Effect
    /// Makes a call; what it throws is described in `CodeToolAdapter`.
    package let run: @Sendable (JSONValue, Call) async throws -> JSONValue
    /// The parameters, read once: a schema that cannot be read must not be found at a call.
    private let schema: JSONSchema

    /// - Throws: Why the parameters are no schema that arguments can be checked against.
    package init(
        name: String,
        description: String,
        parameters: JSONValue,
        effect: Effect,
        run: @escaping @Sendable (JSONValue, Call) async throws -> JSONValue
    ) throws {
        schema = try JSONSchema(parameters)
        self.name = name
        self.description = description
        self.parameters = parameters
        self.effect = effect
        self.run = run
    }

    /// What to tell the model of arguments that do not fit; nil when they do.
    func fault(in arguments: JSONValue) -> ToolOutput? { .misfit(of: arguments, to: schema) }
}

/// Lets a model call code of the worker's own.
///
/// Its arguments fit the schema. What the code throws is told to the model, which goes on; but a call whose effect is once
/// may have happened, unless the code says with a `CodeFailure` that nothing did.
struct CodeToolAdapter: Tool {
    let tool: CodeTool

    var effect: Effect { tool.effect }
    var definition: Models.ToolDefinition {
        Models.ToolDefinition(name: tool.name, description: tool.description, parameters: tool.parameters)
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolOutput {
        if let fault = tool.fault(in: arguments) { return fault }
        do {
            let output = try await tool.run(
                arguments,
                CodeTool.Call(idempotencyKey: context.idempotencyKey, log: context.log)
            )
            return output.stringValue.map { ToolOutput($0) } ?? ToolOutput(output)
        } catch let error as CancellationError {
            throw error
        } catch let error as CodeFailure where error.nothingHappened || effect != .once {
            return .fault(error.failure.message)
        } catch {
            guard effect == .once else { return .fault("\(error)") }
            throw ToolsError.outcomeUnknown(tool: tool.name, reason: "\(error)")
        }
    }
}
