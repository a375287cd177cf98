import CLibCrypto

/// Unpredictable bytes from libcrypto's generator, fit for keys and tokens.
package enum RandomBytes {
    /// So many unpredictable bytes.
    ///
    /// - Precondition: `count` is not negative.
    package static func make(_ count: Int) -> [UInt8] {
        precondition(count >= 0, "the number of random bytes is at least 0, got \(count)")
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, made in
            // Without randomness every token could be guessed: the process ends rather than hand one out.
            guard count == 0 || RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
                fatalError("libcrypto has no randomness to give")
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
