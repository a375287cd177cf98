package import JobModel

/// A tool that is code of a worker's own, which knows what it does, its parameters and its effect.
package struct CodeToolDefinition: Equatable, Sendable {
    /// Under which name the worker knows the code, and the model calls it.
    package let name: String
    /// What becomes of a call whose effect is once and whose outcome is unknown.
    package let unknown: UnknownPolicy
}
