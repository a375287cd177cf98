import CLibCrypto

/// SHA-256 over bytes that come piece by piece.
///
/// ```swift
/// var hash = SHA256()
/// hash.update("chassis".utf8)
/// let digest = hash.finalize()
/// ```
package struct SHA256: ~Copyable {
    private var state = SHA256_CTX()

    /// A hash over nothing yet.
    package init() {
        guard SHA256_Init(&state) == 1 else { fatalError("libcrypto cannot start a SHA-256") }
    }

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        guard isContiguous == nil else { return }
        Array(bytes).withUnsafeBytes { update($0) }
    }

    /// Adds the bytes of a buffer to what is hashed.
    package mutating func update(_ buffer: UnsafeRawBufferPointer) {
        guard SHA256_Update(&state, buffer.baseAddress, buffer.count) == 1 else {
            fatalError("libcrypto refused \(buffer.count) bytes for a SHA-256")
        }
    }

    /// The digest of all that was added.
    package consuming func finalize() -> SHA256Digest {
        var state = state
        let bytes = [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) { buffer, count in
            guard SHA256_Final(buffer.baseAddress, &state) == 1 else {
                fatalError("libcrypto cannot end a SHA-256")
            }
            count = SHA256Digest.byteCount
        }
        guard let digest = SHA256Digest(bytes: bytes) else { preconditionFailure("a SHA-256 of \(bytes.count) bytes") }
        return digest
    }

    /// The digest of some bytes.
    package static func digest(of bytes: some Sequence<UInt8>) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }
}
