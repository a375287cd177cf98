/// Who speaks in a message.
package enum ModelRole: String, Equatable, Sendable, CaseIterable {
    /// The instructions.
    case system
    /// The person or program that asks.
    case user
    /// The model.
    case assistant
    /// The results of the tools that the model called.
    case tool
}
