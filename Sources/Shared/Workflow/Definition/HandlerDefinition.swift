/// A job that code of a worker's own does.
package struct HandlerDefinition: Equatable, Sendable {
    /// Under which name the worker knows the code.
    package let name: String
    /// What the code is given; nil for an empty object.
    package let input: TemplateValue?
}
