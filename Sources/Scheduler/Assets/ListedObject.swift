/// A file or object as a look found it.
struct ListedObject: Equatable, Sendable {
    /// The path below the directory, or the key behind the prefix.
    let name: String
    /// Where it is, from the root on.
    let path: String
    /// What tells its content from others.
    let mark: String
    let bytes: Int64
    /// In seconds since 1970; nil where it is not known.
    let modifiedAt: Int64?
}
