/// Spreads what is due at the same moment.
package enum Jitter {
    /// How much later than its due time a schedule starts, in microseconds; the same for the same name and due time.
    ///
    /// - Parameter most: In microseconds, 0 or more; it is never reached.
    package static func delay(of name: String, due: Int, most: Int) -> Int {
        guard most > 0 else { return 0 }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(name)|\(due)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // The upper half is mixed into the lower one, where consecutive seconds differ little.
        hash ^= hash >> 32
        hash = hash &* 0x9e37_79b9_7f4a_7c15
        return Int((hash >> 1) % UInt64(most))
    }
}
