package import JobModel
import Synchronization

/// The checkpoints of a job, for the one attempt that works on it now.
///
/// ```swift
/// let checkpoints = try await JobCheckpoints.open(in: store, job: job, epoch: epoch)
/// if let checkpoint = try await checkpoints.recorded(position, fingerprint) { return checkpoint.result }
/// let result = try await call(request)
/// try await checkpoints.record(FinishedStep(…, result: result))  // durable from here on
/// ```
package final class JobCheckpoints: Sendable {
    private struct State {
        var set: CheckpointSet
        var replayed: Set<StepEntry> = []
        var recorded = 0
    }

    /// The journal that this attempt writes.
    package let journal: JournalName
    /// How many steps the attempt found recorded when it began.
    private let inheritedCount: Int
    private let store: any ObjectStore
    private let reader: CheckpointReader
    private let writer: JournalWriter
    private let state: Mutex<State>

    /// Reads what the attempt inherits, and begins its journal.
    ///
    /// When it returns, the mark is durable, unless there is no earlier journal: then the first record takes it along.
    ///
    /// - Parameters:
    ///   - epoch: The epoch under which the job was claimed; an epoch opens once.
    ///   - start: The epoch up to which nothing is inherited, where the job was told to begin afresh.
    ///   - fork: Where the job takes over another's checkpoints, if it does; the same for every attempt.
    /// - Throws: `superseded` when a later attempt has begun, `journalExists` when this one has; `formatTooNew`; what
    ///   the store throws.
    package static func open(
        in store: any ObjectStore,
        job: JobReference,
        epoch: LeaseEpoch,
        after start: LeaseEpoch? = nil,
        forkedFrom fork: ForkPoint? = nil
    ) async throws -> JobCheckpoints {
        let inheritance = Inheritance(store: store)
        let past = try await inheritance.past(of: job, before: epoch, after: start, forkedFrom: fork)
        let set = try await inheritance.checkpoints(in: past)
        // A worker that was killed may have left records that were never made durable; what is built on them must not
        // outlive them.
        for part in past.parts where part.scan != nil {
            try await store.synchronizeJournal(part.inherited.journal)
        }
        let journal = JournalName(job: job, epoch: epoch)
        let mark = RecordLine.encode(InheritanceMark(journal: journal, inherited: set.parts).json)
        guard mark.count <= RecordLine.maximumLength else {
            throw CheckpointError.tooManyJournals(journal, count: set.parts.count)
        }
        let sink = try await store.makeJournal(journal)
        // A first attempt has nothing to draw a line under: its mark goes with its first record, and saves a
        // synchronisation.
        let writer = JournalWriter(journal: journal, sink: sink, opening: past.isFirst ? mark + mark : [])
        if !past.isFirst { _ = try await writer.append(mark + mark) }
        return JobCheckpoints(journal: journal, store: store, writer: writer, set: set)
    }

    private init(journal: JournalName, store: any ObjectStore, writer: JournalWriter, set: CheckpointSet) {
        self.journal = journal
        self.store = store
        self.writer = writer
        inheritedCount = set.count
        reader = CheckpointReader(store: store)
        state = Mutex(State(set: set))
    }

    // MARK: Looking up

    /// The checkpoint of a step, recorded by this attempt or inherited; nil when the step has to run.
    ///
    /// - Throws: What the store throws; a record or result that is damaged is no error, it is not there.
    package func recorded(_ position: StepPosition, _ fingerprint: Fingerprint) async throws -> Checkpoint? {
        try await lookup(position, fingerprint).checkpoint
    }

    /// The record that one attempt made of a step, if this one sees it.
    ///
    /// - Throws: What the store throws.
    package func record(
        _ position: StepPosition,
        _ fingerprint: Fingerprint,
        by epoch: LeaseEpoch
    ) async throws -> StepRecord? {
        let entries = state.withLock { $0.set.entries(at: position) }
        for entry in entries where entry.fingerprint == fingerprint && entry.journal.epoch == epoch {
            if let checkpoint = try await checkpoint(entry) { return checkpoint.record }
        }
        return nil
    }

    /// What is known of a step: its checkpoint, or why there is none.
    ///
    /// - Throws: What the store throws.
    package func lookup(_ position: StepPosition, _ fingerprint: Fingerprint) async throws -> CheckpointLookup {
        let entries = state.withLock { $0.set.entries(at: position) }
        for entry in entries where entry.fingerprint == fingerprint {
            guard let checkpoint = try await checkpoint(entry) else { continue }
            state.withLock { _ = $0.replayed.insert(entry) }
            return .found(checkpoint)
        }
        return state.withLock { state in
            if state.set.isDamaged(at: position) { return .damaged }
            return entries.isEmpty ? .missing : .diverged(entries.map(\.fingerprint))
        }
    }

    /// What the records at a position repeat of the steps before, newest first.
    ///
    /// When the answer of turn n is damaged, the records of turn n + 1 carry it.
    ///
    /// - Throws: What the store throws; a value that is damaged is left out.
    package func carried(by position: StepPosition) async throws -> [CarriedValue] {
        var values: [CarriedValue] = []
        for entry in state.withLock({ $0.set.entries(at: position) }) {
            guard let record = try await record(entry), let carries = record.carries,
                let value = try await value(carries, of: entry)
            else { continue }
            values.append(CarriedValue(fingerprint: entry.fingerprint, value: value))
        }
        return values
    }

    private func checkpoint(_ entry: StepEntry) async throws -> Checkpoint? {
        guard let record = try await record(entry), let result = try await value(record.result, of: entry) else {
            return nil
        }
        return Checkpoint(record: record, result: result)
    }

    private func record(_ entry: StepEntry) async throws -> StepRecord? {
        if let record = try await reader.record(entry) { return record }
        report(.record(offset: entry.offset, byteCount: entry.byteCount), entry)
        return nil
    }

    private func value(_ value: StoredValue, of entry: StepEntry) async throws -> JSONValue? {
        do {
            return try await reader.value(value)
        } catch CheckpointError.blobMissing(let blob) {
            report(.blobMissing(blob), entry)
        } catch CheckpointError.blobDamaged(let blob) {
            report(.blobDamaged(blob), entry)
        }
        return nil
    }

    private func report(_ cause: Damage.Cause, _ entry: StepEntry) {
        let damage = Damage(journal: entry.journal, position: entry.position, cause: cause)
        state.withLock { $0.set.add(damage) }
    }

    // MARK: Recording

    /// Records a step that ended well.
    ///
    /// When it returns, the record is durable, and no later attempt runs the step.
    ///
    /// Steps that end together share the wait for the disk. Cancellation does not interrupt it.
    ///
    /// - Returns: What was written.
    /// - Throws: `journalFailed` or another error of the store: the step is then not done, and the attempt must end.
    ///   `valueTooDeep` or `recordTooLarge` for a step that no reader could read.
    @discardableResult package func record(_ step: FinishedStep) async throws -> StepRecord {
        // Usage is small and stands in the line; all else may have to go to a blob.
        if let usage = step.usage { try checkNesting(of: usage, limit: StoredValue.maximumInlineDepth, step) }
        let result = try await stored(step.result, step)
        let request = if let request = step.request { try await stored(request, step) } else { StoredValue?.none }
        let carries = if let carries = step.carries { try await stored(carries, step) } else { StoredValue?.none }
        let record = StepRecord(
            step,
            epoch: journal.epoch,
            request: request,
            result: result,
            carries: carries
        )
        let line = RecordLine.encode(record.json)
        guard line.count <= RecordLine.maximumLength else {
            throw CheckpointError.recordTooLarge(
                step.position,
                byteCount: line.count,
                limit: RecordLine.maximumLength
            )
        }
        let offset = try await writer.append(line)
        let entry = StepEntry(
            position: step.position,
            fingerprint: step.fingerprint,
            journal: journal,
            offset: offset,
            byteCount: line.count - 1
        )
        state.withLock {
            $0.set.add(entry)
            $0.recorded += 1
        }
        return record
    }

    /// Decides where a value is kept, and stores it there when that is a blob.
    private func stored(_ value: JSONValue, _ step: FinishedStep) async throws -> StoredValue {
        try checkNesting(of: value, limit: JSONValue.maximumDepth, step)
        let content = value.encoded()
        if content.count <= StoredValue.maximumInlineByteCount,
            !value.isNested(deeperThan: StoredValue.maximumInlineDepth)
        {
            return .inline(value)
        }
        return .blob(try await store.putBlob(content))
    }

    private func checkNesting(of value: JSONValue, limit: Int, _ step: FinishedStep) throws(CheckpointError) {
        if value.isNested(deeperThan: limit) { throw .valueTooDeep(step.position, limit: limit) }
    }

    // MARK: Bytes beside the records

    /// Keeps content in the store, under its digest.
    package func keep(_ content: [UInt8]) async throws -> BlobReference { try await store.putBlob(content) }

    /// Content that was kept.
    ///
    /// - Throws: `blobMissing` or `blobDamaged` when it is not what was kept.
    package func kept(_ reference: BlobReference) async throws -> [UInt8] { try await store.blob(reference) }

    /// Keeps an artifact of this attempt.
    package func keepArtifact(_ name: ArtifactName, _ content: [UInt8]) async throws {
        try await store.putArtifact(Artifact(job: journal.job, epoch: journal.epoch, name: name), content)
    }

    /// Takes no more records; those that were handed over are still written.
    ///
    /// Lookups go on.
    package func close() { writer.close() }

    // MARK: Looking back

    /// What the checkpoints did for this attempt until now.
    package var statistics: CheckpointStatistics {
        state.withLock {
            CheckpointStatistics(
                inherited: inheritedCount,
                replayed: $0.replayed.count,
                recorded: $0.recorded,
                damaged: $0.set.damage.lossCount
            )
        }
    }

    /// The index of all records, inherited and own, with all damage met until now.
    package var checkpoints: CheckpointSet { state.withLock { $0.set } }

    /// The inherited records that no lookup has found: steps of a way the job has not taken this time.
    package var neverReplayed: [StepEntry] {
        state.withLock { state in state.set.steps.prefix(inheritedCount).filter { !state.replayed.contains($0) } }
    }
}
