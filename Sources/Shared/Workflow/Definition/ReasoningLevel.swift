/// How much a model thinks before it answers.
package enum ReasoningLevel: String, Equatable, Sendable, CaseIterable {
    case none, minimal, low, medium, high
}
