import Checkpoints
import JobModel
import Synchronization

/// Another store, and how often journals were read in it.
final class ReadCounter: ObjectStore {
    private let store: any ObjectStore
    private let reads = Mutex(0)

    init(_ store: any ObjectStore) { self.store = store }

    var count: Int { reads.withLock { $0 } }

    func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8] {
        reads.withLock { $0 += 1 }
        return try await store.readJournal(journal, at: offset, count: count)
    }

    func makeJournal(_ journal: JournalName) async throws -> any JournalSink { try await store.makeJournal(journal) }
    func epochs(of job: JobReference) async throws -> [LeaseEpoch] { try await store.epochs(of: job) }
    func synchronizeJournal(_ journal: JournalName) async throws { try await store.synchronizeJournal(journal) }
    func putBlob(_ content: [UInt8]) async throws -> BlobReference { try await store.putBlob(content) }
    func blob(_ reference: BlobReference) async throws -> [UInt8] { try await store.blob(reference) }

    func putArtifact(_ artifact: Artifact, _ content: [UInt8]) async throws {
        try await store.putArtifact(artifact, content)
    }

    func putArtifact(_ artifact: Artifact, fromFile path: String) async throws {
        try await store.putArtifact(artifact, fromFile: path)
    }

    func readArtifact(_ artifact: Artifact, at offset: Int, count: Int) async throws -> [UInt8] {
        try await store.readArtifact(artifact, at: offset, count: count)
    }

    func artifacts(of job: JobReference, through epoch: LeaseEpoch) async throws -> [StoredArtifact] {
        try await store.artifacts(of: job, through: epoch)
    }
}
