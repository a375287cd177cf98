import Checkpoints
import JobModel
import Synchronization

/// Keeps nothing but blobs, and counts the bytes it is given.
final class CountingStore: ObjectStore {
    private struct State {
        var byteCount = 0
        var blobs: [BlobReference: [UInt8]] = [:]
    }

    private final class Sink: JournalSink {
        let store: CountingStore
        init(_ store: CountingStore) { self.store = store }
        func append(_ bytes: [UInt8]) async throws { store.state.withLock { $0.byteCount += bytes.count } }
    }

    private let state = Mutex(State())

    var byteCount: Int { state.withLock { $0.byteCount } }

    func makeJournal(_ journal: JournalName) async throws -> any JournalSink { Sink(self) }
    func epochs(of job: JobReference) async throws -> [LeaseEpoch] { [] }
    func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8] { [] }
    func synchronizeJournal(_ journal: JournalName) async throws {}

    func putBlob(_ content: [UInt8]) async throws -> BlobReference {
        let reference = BlobReference(of: content)
        state.withLock { state in
            if state.blobs.updateValue(content, forKey: reference) == nil { state.byteCount += content.count }
        }
        return reference
    }

    func blob(_ reference: BlobReference) async throws -> [UInt8] {
        guard let content = state.withLock({ $0.blobs[reference] }) else {
            throw CheckpointError.blobMissing(reference)
        }
        return content
    }

    func putArtifact(_ artifact: Artifact, _ content: [UInt8]) async throws {}
    func putArtifact(_ artifact: Artifact, fromFile path: String) async throws {}
    func readArtifact(_ artifact: Artifact, at offset: Int, count: Int) async throws -> [UInt8] { [] }
    func artifacts(of job: JobReference, through epoch: LeaseEpoch) async throws -> [StoredArtifact] { [] }
}
