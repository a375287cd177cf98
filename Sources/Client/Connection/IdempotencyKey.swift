import Digests

/// Names of submissions and of what is told: the same one again is the same run or event.
enum IdempotencyKey {
    /// The longest key that a scheduler takes, in UTF-8 bytes.
    private static let maximumBytes = 255

    /// One that nobody else has, for a call of a command that was given none.
    static func fresh() -> String {
        let halves = [UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max)]
        return "chassis-" + halves.map { String($0, radix: 16) }.joined(separator: "-")
    }

    /// The key of one partition of what is told under a key: the same, however many are told of with it.
    static func of(_ partition: String?, under key: String) -> String {
        guard let partition else { return key }
        let whole = "\(key) \(partition)"
        return whole.utf8.count <= maximumBytes ? whole : "sha256:" + SHA256.digest(of: whole.utf8).hex
    }
}
