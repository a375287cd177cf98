/// A file or object as a look found it.
package struct ListedObject: Equatable, Sendable {
    /// The path below the directory, or the key behind the prefix.
    package let name: String
    /// Where it is, from the root on.
    package let path: String
    /// What tells its content from others.
    package let mark: String
    package let bytes: Int64
    /// In seconds since 1970; nil where it is not known.
    package let modifiedAt: Int64?

    package init(name: String, path: String, mark: String, bytes: Int64, modifiedAt: Int64?) {
        self.name = name
        self.path = path
        self.mark = mark
        self.bytes = bytes
        self.modifiedAt = modifiedAt
    }
}
