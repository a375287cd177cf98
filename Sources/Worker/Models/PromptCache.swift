/// How a provider's cache of prompts is used: it changes what an answer costs, never the answer.
package struct PromptCache: Hashable, Sendable {
    /// What requests with the same beginning have in common, so that they reach the same cache; nil, the default, for
    /// nothing.
    package var key: String?
    /// Whether the beginning is to be kept for later requests where a provider wants to be told.
    ///
    /// By default it is not: such a provider takes more for what it keeps.
    package var marksPrefix = false

    /// No use of the cache but what the provider does by itself.
    package init() {}
}
