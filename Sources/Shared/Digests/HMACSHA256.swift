import CLibCrypto

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The authentication code of a message under a key of any length.
    package static func code(of message: some Sequence<UInt8>, key: some Sequence<UInt8>) -> SHA256Digest {
        let message = Array(message)
        // An empty array may have no address, which HMAC would read as "the key of last time".
        let key = Array(key)
        let keyStorage = key.isEmpty ? [0] : key
        let bytes = [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) { buffer, count in
            guard
                HMAC(
                    HashAlgorithm.sha256.pointer,
                    keyStorage,
                    Int32(key.count),
                    message,
                    message.count,
                    buffer.baseAddress,
                    nil
                ) != nil
            else { fatalError("libcrypto cannot compute an HMAC-SHA-256") }
            count = SHA256Digest.byteCount
        }
        guard let code = SHA256Digest(bytes: bytes) else { preconditionFailure("an HMAC of \(bytes.count) bytes") }
        return code
    }

    /// Whether `code` is the authentication code of a message, in a time that does not depend on where it differs.
    package static func isValid(
        _ code: SHA256Digest,
        for message: some Sequence<UInt8>,
        key: some Sequence<UInt8>
    ) -> Bool {
        self.code(of: message, key: key).equalsInConstantTime(code)
    }
}
