package import Digests

/// The name of a content-addressed blob: what it holds, and how much.
package struct BlobReference: Hashable, Sendable {
    /// The SHA-256 of the content.
    package let digest: SHA256Digest
    /// The length of the content, in bytes.
    package let byteCount: Int

    /// The name of a blob with this content.
    package init(of content: [UInt8]) {
        digest = SHA256.digest(of: content)
        byteCount = content.count
    }

    /// The name of a blob with content of this digest and length.
    package init(digest: SHA256Digest, byteCount: Int) {
        self.digest = digest
        self.byteCount = byteCount
    }

    /// Whether some bytes are the content this names.
    package func names(_ content: [UInt8]) -> Bool {
        content.count == byteCount && SHA256.digest(of: content) == digest
    }
}

extension BlobReference: CustomStringConvertible {
    package var description: String { "sha256:\(digest.hex) (\(byteCount) bytes)" }
}
