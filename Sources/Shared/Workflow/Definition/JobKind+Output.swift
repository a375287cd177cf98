package import JobModel

extension JobKind {
    /// Why a value cannot be the output of such a job; nil when it can, or when the file does not say.
    package func fault(ofOutput output: JSONValue) -> String? {
        switch self {
        case .agent(let agent): Self.fault(output, agent.output)
        case .llm(let llm):
            llm.choices.isEmpty || llm.choices.contains { .string($0.name) == output }
                ? Self.fault(output, llm.output)
                : "it is one of \(llm.choices.map(\.name).joined(separator: ", "))"
        case .command, .sql, .http, .wait, .approval, .workflow: nil
        }
    }

    private static func fault(_ output: JSONValue, _ schema: JSONSchema?) -> String? {
        schema?.validate(output).first.map { "\($0)" }
    }
}
