package import Checkpoints
import Digests
import Storage

/// Reads from the object store, and keeps there: outputs that are too large for the database, and what attempts recorded.
package struct OutputBlobs: Sendable {
    private let store: DirectoryStore

    package init(_ store: DirectoryStore) { self.store = store }

    /// What attempts recorded.
    var checkpoints: CheckpointReader { CheckpointReader(store: store) }

    /// Keeps the JSON text of an output.
    func put(_ text: [UInt8]) async throws -> StoredBlob {
        let blob = try await store.putBlob(text)
        return StoredBlob(digest: blob.digest.hex, byteCount: blob.byteCount)
    }

    /// The JSON text of an output.
    ///
    /// - Throws: `CheckpointError` when it is not there or was altered, `Problem` when its name is none.
    func text(of blob: StoredBlob) async throws -> [UInt8] {
        guard let digest = SHA256Digest(hex: blob.digest) else {
            throw Problem(.outputDamaged, "the database names an output that is none: \(blob)")
        }
        return try await store.blob(BlobReference(digest: digest, byteCount: blob.byteCount))
    }
}
