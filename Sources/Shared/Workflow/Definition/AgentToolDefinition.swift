/// Another agent, that a model may give tasks to.
package struct AgentToolDefinition: Equatable, Sendable {
    /// How many agents deep tools may be, the job's own left out.
    package static let maximumDepth = 3

    /// The name under which the model calls it.
    package let name: String
    /// What the model is told about it.
    package let description: String?
    /// The agent; its prompt is the task that the model gives.
    package let agent: AgentDefinition
}

/// A folder of files that an agent reads and writes.
package struct FilesToolDefinition: Equatable, Sendable {
    /// By default `files`; the tools are `list_files`, `read_files` and `write_files`.
    package let name: String
    /// By default `write`.
    package let access: SQLAccess
}
