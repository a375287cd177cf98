package import JobModel

/// Where a job's output is.
package enum StoredOutput: Equatable, Sendable {
    case inline(JSONValue)
    case blob(StoredBlob)
}

/// The name of an output that lies in the store.
package struct StoredBlob: Equatable, Sendable, LosslessStringConvertible {
    /// The SHA-256 of the JSON text, in hexadecimal.
    package let digest: String
    /// The length of the JSON text, in bytes.
    package let byteCount: Int

    package init(digest: String, byteCount: Int) {
        self.digest = digest
        self.byteCount = byteCount
    }

    /// Reads the name as it is kept in the database: `digest:length`.
    package init?(_ description: String) {
        let parts = description.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 64, let byteCount = Int(parts[1]), byteCount >= 0 else { return nil }
        self.init(digest: String(parts[0]), byteCount: byteCount)
    }

    package var description: String { "\(digest):\(byteCount)" }
}
