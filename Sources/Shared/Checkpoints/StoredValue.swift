package import JobModel

/// A JSON value of a record: in the line itself, or in a blob when it is large.
package enum StoredValue: Hashable, Sendable {
    /// The largest value, as JSON text in bytes, that stands in a record's own line.
    package static let maximumInlineByteCount = 16_384
    /// The deepest value that stands in a record's own line, so that the line as a whole stays readable.
    package static let maximumInlineDepth = JSONValue.maximumDepth / 2

    /// The value itself.
    case inline(JSONValue)
    /// The blob whose content is the value as JSON text.
    case blob(BlobReference)
}
