import Digests
import Glibc
import Threads

extension DirectoryStore {
    package func putBlob(_ content: [UInt8]) async throws -> BlobReference {
        let reference = BlobReference(of: content)
        try await threads.run { [root] in
            let (directory, name) = Self.place(of: reference)
            let parent = try root.blobs.makeDirectory(directory)
            // What is there may be damaged: only the very content saves the writing.
            if try parent.openEntry(name, flags: O_RDONLY)?.read(at: 0, count: content.count + 1) == content {
                try parent.synchronize()
                return
            }
            try root.place(name, in: parent) { file throws(CheckpointError) in try file.write(content) }
        }
        return reference
    }

    package func blob(_ reference: BlobReference) async throws -> [UInt8] {
        try await threads.run { [root] in
            let (directory, name) = Self.place(of: reference)
            guard let parent = try root.blobs.directory(directory),
                let file = try parent.openEntry(name, flags: O_RDONLY)
            else { throw CheckpointError.blobMissing(reference) }
            // The length is looked at first: a reference or a file gone wrong must not ask for all memory.
            guard try file.byteCount() == reference.byteCount else { throw CheckpointError.blobDamaged(reference) }
            let content = try file.read(at: 0, count: reference.byteCount)
            guard reference.names(content) else { throw CheckpointError.blobDamaged(reference) }
            return content
        }
    }

    /// The directory, of 256, and the name in it.
    private static func place(of reference: BlobReference) -> (directory: String, name: String) {
        let hex = reference.digest.hex
        return (String(hex.prefix(2)), String(hex.dropFirst(2)))
    }
}
