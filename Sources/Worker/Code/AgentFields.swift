import JobModel
import Workflow

/// Reads what code says of a model or an agent, as the workflow file would be read.
enum AgentFields {
    /// What an agent's keys say, its prompt left out.
    ///
    /// - Throws: `JobFailure` with everything that is wrong.
    static func agent(_ fields: JSONObject) throws(JobFailure) -> AgentDefinition {
        guard case .agent(let agent) = try kind("agent", fields) else { preconditionFailure("no agent was read") }
        return agent
    }

    /// What the keys of a model call say, its prompt left out.
    ///
    /// - Throws: `JobFailure` with everything that is wrong.
    static func llm(_ fields: JSONObject) throws(JobFailure) -> LLMDefinition {
        guard case .llm(let llm) = try kind("llm", fields) else { preconditionFailure("no model call was read") }
        return llm
    }

    private static func kind(_ kind: String, _ fields: JSONObject) throws(JobFailure) -> JobKind {
        var fields = fields
        // Prompts are handed over apart: nothing in them is an expression.
        fields["prompt"] = "-"
        let file: JSONValue = ["name": "code", "jobs": [kind: [kind: .object(fields)]]]
        do throws(WorkflowFaults) {
            guard let job = try WorkflowFile.parse(file.encoded(), name: kind).jobs.first else {
                preconditionFailure("a file without faults has its job")
            }
            return job.kind
        } catch {
            let faults = error.faults.map { fault in fault.message + (fault.hint.map { " (\($0))" } ?? "") }
            throw JobFailure(
                code: "\(kind)-invalid",
                message: "the \(kind) cannot be run: " + faults.joined(separator: "; "),
                isPermanent: true
            )
        }
    }
}
