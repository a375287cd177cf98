package import JobModel
import Workflow

/// Code of a worker's own: handlers that are jobs, and tools that agents call.
package struct WorkerCode: Sendable {
    /// A job that is code: it gets the job's input and returns its output.
    package typealias Handler = @Sendable (JSONValue, CodeContext) async throws -> JSONValue

    /// By the names that workflow files call them.
    package var handlers: [String: Handler] = [:]
    /// By the names that workflow files and models call them.
    package var tools: [String: CodeTool] = [:]
    /// Whether the worker runs jobs too that need no code of its own.
    package var alsoRunsOtherJobs = true

    package init() {}

    /// Why a text is no name of a handler or tool; nil when it is one.
    package static func fault(ofName name: String) -> String? { WorkflowFile.fault(ofName: name) }

    /// The labels that stand for it, see `Labels`.
    var names: Set<String> {
        Set(handlers.keys.map(HandlerDefinition.code)).union(tools.keys.map(CodeToolDefinition.code))
    }

    /// What a job throws that needs code this worker does not have: it is left to others, and spends no attempt.
    ///
    /// A worker claims no such job; this is for one whose queue was not made by the rule.
    static func missing(_ what: String) -> Suspension {
        Suspension(waitsFor: .time, until: .after(.seconds(10)), detail: "a worker with the \(what)")
    }
}
