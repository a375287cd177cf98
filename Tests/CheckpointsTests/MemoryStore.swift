import Checkpoints
import JobModel
import Synchronization

/// A store in memory, whose bytes a test can alter, and whose appends it can hold up or refuse.
final class MemoryStore: ObjectStore {
    private struct Content {
        var journals: [JournalName: [UInt8]] = [:]
        var blobs: [BlobReference: [UInt8]] = [:]
        var batches: [JournalName: [Int]] = [:]
        var gates: [JournalName: Gate] = [:]
        var refusal: CheckpointError?
        var synchronized: [JournalName] = []
    }

    private struct Sink: JournalSink {
        let store: MemoryStore
        let journal: JournalName

        func append(_ bytes: [UInt8]) async throws {
            if let gate = store.gate(of: journal) { await gate.pass() }
            try store.append(bytes, to: journal)
        }
    }

    private let content = Mutex(Content())
    // MARK: What tests do

    func bytes(of journal: JournalName) -> [UInt8] { content.withLock { $0.journals[journal] ?? [] } }

    func set(_ bytes: [UInt8]?, of journal: JournalName) { content.withLock { $0.journals[journal] = bytes } }

    func alterBlobs(_ alter: ([UInt8]) -> [UInt8]?) {
        content.withLock { content in
            content.blobs = Dictionary(
                uniqueKeysWithValues: content.blobs.compactMap { name, bytes in
                    alter(bytes).map { (name, $0) }
                }
            )
        }
    }

    func refuseAppends(_ error: CheckpointError?) { content.withLock { $0.refusal = error } }

    /// Holds up every append to a journal until the gate is opened.
    func shut(_ journal: JournalName) -> Gate {
        let gate = Gate()
        gate.shut()
        content.withLock { $0.gates[journal] = gate }
        return gate
    }

    private func gate(of journal: JournalName) -> Gate? { content.withLock { $0.gates[journal] } }

    /// The lengths of the batches that were written to a journal.
    func batches(of journal: JournalName) -> [Int] { content.withLock { $0.batches[journal] ?? [] } }

    var synchronized: [JournalName] { content.withLock { $0.synchronized } }

    private func append(_ bytes: [UInt8], to journal: JournalName) throws {
        try content.withLock { content in
            if let refusal = content.refusal { throw refusal }
            content.journals[journal, default: []] += bytes
            content.batches[journal, default: []].append(bytes.count)
        }
    }

    // MARK: ObjectStore

    func makeJournal(_ journal: JournalName) async throws -> any JournalSink {
        try content.withLock { content in
            guard content.journals[journal] == nil else { throw CheckpointError.journalExists(journal) }
            content.journals[journal] = []
        }
        return Sink(store: self, journal: journal)
    }

    func epochs(of job: JobReference) async throws -> [LeaseEpoch] {
        content.withLock { $0.journals.keys.filter { $0.job == job }.map(\.epoch).sorted() }
    }

    func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8] {
        try content.withLock { content in
            guard let bytes = content.journals[journal] else { throw CheckpointError.journalMissing(journal) }
            return Array(bytes.dropFirst(offset).prefix(count))
        }
    }

    func synchronizeJournal(_ journal: JournalName) async throws {
        content.withLock { $0.synchronized.append(journal) }
    }

    func putBlob(_ bytes: [UInt8]) async throws -> BlobReference {
        let reference = BlobReference(of: bytes)
        content.withLock { $0.blobs[reference] = bytes }
        return reference
    }

    func blob(_ reference: BlobReference) async throws -> [UInt8] {
        guard let bytes = content.withLock({ $0.blobs[reference] }) else {
            throw CheckpointError.blobMissing(reference)
        }
        guard reference.names(bytes) else { throw CheckpointError.blobDamaged(reference) }
        return bytes
    }

    func putArtifact(_ artifact: Artifact, _ content: [UInt8]) async throws { throw noArtifacts }
    func putArtifact(_ artifact: Artifact, fromFile path: String) async throws { throw noArtifacts }
    func readArtifact(_ artifact: Artifact, at offset: Int, count: Int) async throws -> [UInt8] { throw noArtifacts }
    func artifacts(of job: JobReference, through epoch: LeaseEpoch) async throws -> [StoredArtifact] { [] }

    private var noArtifacts: CheckpointError { .storeUnavailable(reason: "this store keeps no artifacts") }
}
