package import JobModel

/// How models are reached: whose words are spoken where, and with what.
package struct ModelAccess: Equatable, Sendable {
    /// Whose words are spoken; the raw value is the kind in the connections file.
    package enum Wire: String, Equatable, Sendable, CaseIterable {
        /// OpenAI Chat Completions, also as others speak it.
        case openai
        /// OpenAI Responses.
        case openaiResponses = "openai-responses"
        /// Anthropic Messages.
        case anthropic
        /// Google Gemini's generateContent.
        case gemini
        /// Amazon Bedrock's Converse.
        case bedrock
        /// Chat Completions at a deployment of Azure OpenAI.
        case azureOpenAI = "azure-openai"
    }

    /// A header of every request.
    package struct Header: Equatable, Sendable {
        package let name: String
        package let value: Secret

        package init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }
    }

    /// How long a model may be silent.
    package struct SilenceLimits: Equatable, Sendable {
        /// Before the first byte of its answer; nil for the default, 2 minutes.
        package var firstByte: Duration?
        /// Between two bytes of its answer; nil for the default, 1 minute.
        package var stall: Duration?

        package init(firstByte: Duration? = nil, stall: Duration? = nil) {
            self.firstByte = firstByte
            self.stall = stall
        }
    }

    /// Whose words are spoken.
    package var wire: Wire
    /// The address in front of the provider's own paths, such as `https://api.openai.com/v1`.
    package var url: String
    /// The key; nil for a model that needs none.
    package var key: Secret?
    /// Further headers of every request.
    package var headers: [Header] = []
    /// What the models' tokens cost, by model.
    package var prices: [String: ModelPrice] = [:]
    /// How long a model may be silent.
    package var silence = SilenceLimits()
    /// How much may be asked of it at once and in a minute, by all workers together.
    package var limits = ConnectionLimits()
    /// How calls are given to batches.
    package var batches = BatchSettings()
    /// The keys that requests to AWS are signed with; of Bedrock alone.
    package var aws: AWSAccess?

    /// Whether calls can be given to batches.
    package var hasBatches: Bool { [.openai, .openaiResponses, .anthropic].contains(wire) }

    /// An access with every setting at its default.
    package init(wire: Wire, url: String, key: Secret? = nil) {
        self.wire = wire
        self.url = url
        self.key = key
    }
}
