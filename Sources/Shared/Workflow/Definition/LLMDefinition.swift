/// A job that is one model call.
package struct LLMDefinition: Equatable, Sendable {
    /// Which model is asked, as `connection/model`.
    package let model: Template
    /// What the model is told about its part, before the prompt.
    package let instructions: Template?
    /// What the model is asked.
    package let prompt: Template
    /// What the answer must look like; nil takes a text.
    package let output: JSONSchema?
    /// How freely the model picks its words, 0 to 2; nil leaves it to the provider.
    package let temperature: Double?
    /// The longest answer, in tokens; nil leaves it to the provider.
    package let maximumOutputTokens: Int?
    /// The longest time for the call; nil sets no limit besides the job's timeout.
    package let timeLimit: Duration?
}
