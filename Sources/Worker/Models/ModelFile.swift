package import Digests

/// An image, or a document, that a message carries.
package struct ModelFile: Hashable, Sendable {
    /// Where its bytes are.
    package enum Content: Hashable, Sendable {
        /// Here. Only in a request that is about to be sent: what is kept refers to a blob.
        case data([UInt8])
        /// In the object store, under their digest.
        case blob(SHA256Digest, byteCount: Int)
        /// At an address that the provider fetches.
        case url(String)
    }

    /// Such as `image/png` or `application/pdf`, in lower case.
    package var mediaType: String
    /// A name for it; nil for none.
    package var name: String?
    /// Where its bytes are.
    package var content: Content

    /// A file made of its parts.
    package init(mediaType: String, name: String?, content: Content) {
        self.mediaType = mediaType
        self.name = name
        self.content = content
    }

    /// Whether it is to be looked at.
    package var isImage: Bool { mediaType.hasPrefix("image/") }

    /// Whether it can be read as text; only of a file whose bytes are here.
    var text: String? {
        guard case .data(let bytes) = content else { return nil }
        let isText = mediaType.hasPrefix("text/") || Self.textTypes.contains(mediaType)
        return isText ? String(validating: bytes, as: UTF8.self) : nil
    }

    private static let textTypes: Set<String> = [
        "application/json", "application/xml", "application/yaml", "application/x-yaml", "application/javascript",
    ]

    /// The text of a file under its name, for providers that take text alone.
    var titledText: String? { text.map { text in (name.map { "\($0):\n" } ?? "") + text } }

    /// The bytes as Base64.
    ///
    /// - Throws: `ModelError.Reason` when they are elsewhere.
    func base64() throws(ModelError.Reason) -> String {
        switch content {
        case .data(let bytes): return Base64.encode(bytes)
        case .blob: throw .invalidRequest("the bytes of \(name ?? "a file") were not read from the store")
        case .url:
            throw .invalidRequest("this provider fetches no addresses; give \(name ?? "the file") by its content")
        }
    }

    /// The bytes, or the address, as an address.
    func dataURL() throws(ModelError.Reason) -> String {
        if case .url(let url) = content { return url }
        return "data:\(mediaType);base64,\(try base64())"
    }
}
