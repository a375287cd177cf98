import Digests

/// Which tokens were found good a moment ago, so that not every request asks the database.
///
/// It knows digests only, and only of good tokens: a bad one is looked up each time, and a withdrawn one lets in for
/// at most `lifetime` more.
struct AccessCache<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// How long an answer of the database counts.
    static var lifetime: Duration { .seconds(5) }
    /// The most tokens that are remembered; when there are more, all are forgotten.
    static var maximumEntries: Int { 1000 }

    private struct Entry {
        let person: Person
        let expiresAt: Instant
    }

    private var entries: [SHA256Digest: Entry] = [:]

    /// Whose token was found good lately.
    func person(of digest: SHA256Digest, at now: Instant) -> Person? {
        guard let entry = entries[digest], now < entry.expiresAt else { return nil }
        return entry.person
    }

    /// Remembers a token that was asked for at `now` and found good.
    mutating func remember(_ digest: SHA256Digest, _ person: Person, at now: Instant) {
        if entries.count >= Self.maximumEntries { entries = [:] }
        entries[digest] = Entry(person: person, expiresAt: now.advanced(by: Self.lifetime))
    }
}
