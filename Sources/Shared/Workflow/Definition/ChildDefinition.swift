/// A run of another workflow that a job starts and waits for.
package struct ChildDefinition: Equatable, Sendable {
    /// The workflow's name.
    package let workflow: String
    /// The number of its version; nil for the newest there is when the job begins.
    package let version: Int?
    /// The params of the run, an object; nil for none.
    package let params: TemplateValue?
}
