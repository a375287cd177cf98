import Checkpoints
import JobModel

/// The bytes of all journals, as a directory keeps them.
final class JournalBytes: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    var journals: [JournalName: [UInt8]] = [:]
    var epochs: [JobReference: [LeaseEpoch]] = [:]
}

/// The store as one process sees it: its calls are as slow as the process is, and go wrong when it is killed or the disk
/// is full.
final class ModelStore: ObjectStore, @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    private struct Sink: JournalSink {
        let store: ModelStore
        let journal: JournalName

        func append(_ bytes: [UInt8]) async throws {
            let bytes = store.weakness == .drawsNoMark ? Self.withoutMarks(bytes) : bytes
            try await store.process.pause(0...2)
            let isFull = store.process.hasFaults && store.process.chances.percent(1)
            // What is written when the process is killed, or there is no more room, may be a part of it.
            let isKilled = !store.process.isAlive
            guard isFull || isKilled else {
                store.bytes.journals[journal, default: []] += bytes
                store.noteDurable(journal)
                return try await store.process.pause(0...2)
            }
            let count = store.process.chances.draw(0...bytes.count)
            store.bytes.journals[journal, default: []] += bytes.prefix(count)
            if count == bytes.count { store.noteDurable(journal) }
            throw CheckpointError.storeFull(path: "")
        }

        /// With marks that do not read.
        private static func withoutMarks(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            for line in bytes.split(separator: UInt8(ascii: "\n"))
            where String(decoding: line, as: UTF8.self).contains("\"mark\"") {
                for place in line.indices { bytes[place] = UInt8(ascii: " ") }
            }
            return bytes
        }
    }

    let process: SimulatedProcess
    let bytes: JournalBytes
    let weakness: Weakness?
    private let outside: Outside
    /// The step that is being recorded in a journal.
    private var steps: [JournalName: Outside.Call] = [:]

    init(process: SimulatedProcess, world: World) {
        self.process = process
        bytes = world.bytes
        weakness = world.database.weakness
        outside = world.outside
    }

    func isEmpty(_ journal: JournalName) -> Bool { bytes.journals[journal]?.isEmpty ?? true }

    func willRecord(_ step: Outside.Call, in journal: JournalName) { steps[journal] = step }

    private func noteDurable(_ journal: JournalName) {
        guard let step = steps.removeValue(forKey: journal) else { return }
        outside.stepIsDurable(step, Int(journal.epoch.rawValue))
    }

    func makeJournal(_ journal: JournalName) async throws -> any JournalSink {
        try await process.pause(0...1)
        guard bytes.journals[journal] == nil else { throw CheckpointError.journalExists(journal) }
        bytes.journals[journal] = []
        bytes.epochs[journal.job, default: []].append(journal.epoch)
        return Sink(store: self, journal: journal)
    }

    func epochs(of job: JobReference) async throws -> [LeaseEpoch] {
        try await process.pause(0...1)
        return (bytes.epochs[job] ?? []).sorted()
    }

    func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8] {
        guard let journal = bytes.journals[journal] else { throw CheckpointError.journalMissing(journal) }
        return Array(journal.dropFirst(offset).prefix(count))
    }

    func synchronizeJournal(_ journal: JournalName) async throws { try await process.pause(0...1) }

    // What the steps of a history leave is small.
    func putBlob(_ content: [UInt8]) async throws -> BlobReference { throw CheckpointError.storeFull(path: "") }
    func blob(_ reference: BlobReference) async throws -> [UInt8] { throw CheckpointError.blobMissing(reference) }
    func putArtifact(_ artifact: Artifact, _ content: [UInt8]) async throws {}
    func putArtifact(_ artifact: Artifact, fromFile path: String) async throws {}
    func readArtifact(_ artifact: Artifact, at offset: Int, count: Int) async throws -> [UInt8] { [] }
    func artifacts(of job: JobReference, through epoch: LeaseEpoch) async throws -> [StoredArtifact] { [] }
}
