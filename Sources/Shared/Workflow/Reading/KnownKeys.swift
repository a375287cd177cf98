/// The keys that a mapping of the file may have.
struct KnownKeys: Sendable {
    let keys: [String]
    /// Keys of the format that this version does not know how to carry out.
    let later: Set<String>

    init(_ keys: [String], later: Set<String> = []) {
        self.keys = keys
        self.later = later
    }
}
