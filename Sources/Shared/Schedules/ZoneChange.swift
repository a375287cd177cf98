/// A moment at which a zone's offset from UTC changes.
struct ZoneChange: Equatable, Sendable {
    /// In seconds since 1970-01-01T00:00:00Z.
    let at: Int
    /// The offset before it, in seconds east of UTC.
    let before: Int
    /// The offset from it on.
    let after: Int
}
