import Glibc

/// Unpredictable bytes from the system's generator, fit for keys and tokens.
package enum RandomBytes {
    /// How many bytes the system gives at once.
    private static let piece = 256

    /// So many unpredictable bytes.
    ///
    /// - Precondition: `count` is not negative.
    package static func make(_ count: Int) -> [UInt8] {
        precondition(count >= 0, "the number of random bytes is at least 0, got \(count)")
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, made in
            for start in stride(from: 0, to: count, by: piece) {
                let bytes = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[start...])
                // Without randomness every token could be guessed: the process ends rather than hand one out.
                guard getentropy(bytes.baseAddress, min(bytes.count, piece)) == 0 else {
                    fatalError("the system has no randomness to give")
                }
            }
            made = count
        }
    }

    /// A token of lower-case hex digits that nobody can guess.
    ///
    /// - Parameter byteCount: How many random bytes it stands for, by default 32 (64 digits); at least 16.
    package static func token(byteCount: Int = 32) -> String {
        precondition(byteCount >= 16, "a token of \(byteCount) bytes can be guessed; use at least 16")
        return Hex.encode(make(byteCount))
    }
}
