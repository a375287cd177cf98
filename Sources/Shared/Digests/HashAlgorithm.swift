import CLibCrypto

/// An algorithm of libcrypto, looked up once: a lookup costs more than hashing a short text.
struct HashAlgorithm: @unchecked Sendable {
    /// A libcrypto without SHA-256 can verify nothing, so the process ends rather than go on without.
    static let sha256: HashAlgorithm = {
        guard let pointer = EVP_MD_fetch(nil, "SHA256", nil) else {
            fatalError("libcrypto offers no SHA-256; check its provider configuration (openssl.cnf)")
        }
        return HashAlgorithm(pointer: pointer)
    }()

    // Unchecked: an EVP_MD never changes once fetched, and libcrypto counts its references atomically.
    let pointer: OpaquePointer
}
