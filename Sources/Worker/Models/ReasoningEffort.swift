/// How much a model thinks before it answers.
package enum ReasoningEffort: String, Hashable, Sendable, CaseIterable {
    /// Not at all, where the model can do without.
    case none
    /// As little as it can.
    case minimal
    /// A little.
    case low
    /// Some.
    case medium
    /// A lot.
    case high

    /// The same as a number of tokens, for providers that want one.
    var budget: Int {
        switch self {
        case .none: 0
        case .minimal: 1024
        case .low: 2048
        case .medium: 8192
        case .high: 24576
        }
    }
}
