import Checkpoints
import JobModel
import Synchronization

/// A store in memory.
final class FuzzStore: ObjectStore {
    private struct Sink: JournalSink {
        let store: FuzzStore
        let journal: JournalName

        func append(_ bytes: [UInt8]) async throws {
            store.journals.withLock { $0[journal, default: []] += bytes }
        }
    }

    private let journals = Mutex<[JournalName: [UInt8]]>([:])

    func set(_ bytes: [UInt8], of journal: JournalName) { journals.withLock { $0[journal] = bytes } }

    func makeJournal(_ journal: JournalName) async throws -> any JournalSink {
        set([], of: journal)
        return Sink(store: self, journal: journal)
    }

    func epochs(of job: JobReference) async throws -> [LeaseEpoch] {
        journals.withLock { $0.keys.filter { $0.job == job }.map(\.epoch).sorted() }
    }

    func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8] {
        try journals.withLock { journals in
            guard let bytes = journals[journal] else { throw CheckpointError.journalMissing(journal) }
            return Array(bytes.dropFirst(offset).prefix(count))
        }
    }

    func synchronizeJournal(_ journal: JournalName) async throws {}
    func putBlob(_ content: [UInt8]) async throws -> BlobReference { BlobReference(of: content) }
    func blob(_ reference: BlobReference) async throws -> [UInt8] { throw CheckpointError.blobMissing(reference) }
    func putArtifact(_ artifact: Artifact, _ content: [UInt8]) async throws {}
    func putArtifact(_ artifact: Artifact, fromFile path: String) async throws {}
    func readArtifact(_ artifact: Artifact, at offset: Int, count: Int) async throws -> [UInt8] { [] }
    func artifacts(of job: JobReference, through epoch: LeaseEpoch) async throws -> [StoredArtifact] { [] }
}
