import CLibCrypto

/// Comparison of secrets.
package enum ConstantTime {
    /// Whether two sequences of bytes are equal, in a time that depends on their length alone.
    ///
    /// Sequences of different lengths are unequal, and that shows in the time.
    package static func areEqual(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        let left = Array(left)
        let right = Array(right)
        return left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
