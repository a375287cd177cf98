package import JobModel

/// A job that lets a model work with tools until it has an answer.
package struct AgentDefinition: Equatable, Sendable {
    /// Which model is asked, as `connection/model`.
    package let model: Template
    /// Which models are asked, in this order, when that one cannot answer.
    package let fallbacks: [Template]
    /// What the model is told about its part, before the prompt.
    package let instructions: Template?
    /// What the model is asked to do.
    package let prompt: Template
    /// What the model is shown before the prompt.
    package let files: [FileDefinition]
    /// What the model may call; the names differ.
    package let tools: [ToolDefinition]
    /// When people are asked before it goes on; the first rule that fits counts.
    package let approve: [ApprovalRule]
    /// What the answer must look like; nil takes a text.
    package let output: JSONSchema?
    /// Where it is stopped.
    package let limits: AgentLimits
    /// How freely the model picks its words, 0 to 2; nil leaves it to the provider.
    package let temperature: Double?
    /// The longest answer of one turn, in tokens; nil leaves it to the provider.
    package let maximumOutputTokens: Int?
    /// How much the model thinks: none, minimal, low, medium or high; nil leaves it to the provider.
    package let reasoning: ReasoningLevel?
    /// Whether a provider that wants to be told keeps the beginning of the conversation; nil where it pays.
    package let keepsPrompt: Bool?
    /// The skills it may load, by the names of their folders.
    package var skills: [String] = []
}

/// Where an agent is stopped.
package struct AgentLimits: Equatable, Sendable {
    /// The most model calls, by default 30.
    package var turns: Int
    /// The most tokens read and written by all turns together; nil sets no limit.
    package var tokens: Int?
    /// The longest time for one attempt; nil sets no limit besides the job's timeout.
    package var time: Duration?
    /// How many times in a row the same call with the same arguments may be made, by default 3.
    package var repeatedCalls: Int
    /// How many times in a row a cycle of different calls may be made, by default 5.
    package var repeatedCycles: Int
    /// The most calls to providers in all attempts together, repeated ones included; nil sets no limit.
    package var requests: Int?
    /// The most that the job may spend; nil sets no limit.
    package var spending: MicroDollars?

    package init(
        turns: Int = 30,
        tokens: Int? = nil,
        time: Duration? = nil,
        repeatedCalls: Int = 3,
        repeatedCycles: Int = 5
    ) {
        self.turns = turns
        self.tokens = tokens
        self.time = time
        self.repeatedCalls = repeatedCalls
        self.repeatedCycles = repeatedCycles
    }
}
