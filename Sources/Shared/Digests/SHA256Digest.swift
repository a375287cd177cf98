/// A SHA-256 digest, or a MAC of the same length: 32 bytes.
///
/// `==` takes a time that depends on the bytes; compare secrets with `equalsInConstantTime`.
package struct SHA256Digest: Hashable, Sendable {
    /// The length of every digest, in bytes.
    package static let byteCount = 32

    // Four words instead of an array: indexes over many steps hold thousands of digests.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// The digest with exactly these bytes, or nil when they are not 32.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (place, byte) in bytes.enumerated() {
            switch place / 8 {
            case 0: words.0 = words.0 << 8 | UInt64(byte)
            case 1: words.1 = words.1 << 8 | UInt64(byte)
            case 2: words.2 = words.2 << 8 | UInt64(byte)
            default: words.3 = words.3 << 8 | UInt64(byte)
            }
        }
        (first, second, third, fourth) = words
    }

    /// The digest written as exactly 64 lower-case hex digits, or nil for any other text.
    package init?(hex: some Collection<UInt8>) {
        guard hex.count == 2 * Self.byteCount, let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// The digest written as exactly 64 lower-case hex digits, or nil for any other text.
    package init?(hex: String) { self.init(hex: hex.utf8) }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [first, second, third, fourth] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }

    /// The digest as 64 lower-case hex digits.
    package var hex: String { Hex.encode(bytes) }

    /// Whether two digests are equal, in a time that does not depend on where they differ.
    package func equalsInConstantTime(_ other: SHA256Digest) -> Bool {
        ConstantTime.areEqual(bytes, other.bytes)
    }
}

extension SHA256Digest: CustomStringConvertible {
    /// The digest as 64 lower-case hex digits.
    package var description: String { hex }
}
