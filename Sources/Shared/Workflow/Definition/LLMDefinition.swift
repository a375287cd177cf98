package import JobModel

/// A job that is one model call.
package struct LLMDefinition: Equatable, Sendable {
    /// Which model is asked, as `connection/model`.
    package let model: Template
    /// Which models are asked, in this order, when that one cannot answer.
    package let fallbacks: [Template]
    /// What the model is told about its part, before the prompt.
    package let instructions: Template?
    /// What the model is asked.
    package let prompt: Template
    /// What the model is shown before the prompt.
    package let files: [FileDefinition]
    /// Between what it chooses, in the order of the file; empty for a free answer.
    package let choices: [Choice]
    /// What the answer must look like; nil takes a text.
    package let output: JSONSchema?
    /// How freely the model picks its words, 0 to 2; nil leaves it to the provider.
    package let temperature: Double?
    /// The longest answer, in tokens; nil leaves it to the provider.
    package let maximumOutputTokens: Int?
    /// How much the model thinks; nil leaves it to the provider.
    package let reasoning: ReasoningLevel?
    /// Whether a provider that wants to be told keeps the beginning of the prompt; nil where it pays.
    package let keepsPrompt: Bool?
    /// Whether the call is given to a batch, whose answers come later and cost less.
    package let isBatch: Bool
    /// The longest time for the call; nil sets no limit besides the job's timeout.
    package let timeLimit: Duration?
    /// The most calls to providers in all attempts together, repeated ones included; nil sets no limit.
    package let requestLimit: Int?
    /// The most that the job may spend; nil sets no limit.
    package let spendingLimit: MicroDollars?

    /// One of several ways on.
    package struct Choice: Equatable, Sendable {
        /// What the job's output is when it is chosen.
        package let name: String
        /// When it is to be chosen; nil where the name says it.
        package let description: String?
    }
}
