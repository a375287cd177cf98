/// A file that a model is shown.
package struct FileDefinition: Equatable, Sendable {
    /// An address with https, a `data:` address, or the artifact of a job as `JOB/PATH`.
    package let source: Template
    /// Such as `image/png`; nil where the source says it.
    package let mediaType: String?
    /// A name that the model is told; nil for that of the source.
    package let name: String?
    /// Whether it must be an image.
    package let isImage: Bool
}
