package import JobModel

/// Reads what the attempts of a job recorded, without taking part.
package struct CheckpointReader: Sendable {
    let store: any ObjectStore

    /// A reader of a store.
    package init(store: any ObjectStore) { self.store = store }

    /// What a new attempt of the job would inherit now.
    ///
    /// - Parameter fork: Where the job takes over another's checkpoints, if it does.
    package func history(of job: JobReference, forkedFrom fork: ForkPoint? = nil) async throws -> CheckpointSet {
        let inheritance = Inheritance(store: store)
        return try await inheritance.checkpoints(in: inheritance.past(of: job, before: nil, forkedFrom: fork))
    }

    /// The record that an entry leads to, its large values not loaded; nil when it has been damaged since.
    package func record(_ entry: StepEntry) async throws -> StepRecord? {
        let line: [UInt8]
        do {
            line = try await store.readJournal(entry.journal, at: entry.offset, count: entry.byteCount)
        } catch CheckpointError.journalMissing {
            return nil
        }
        // A record that is no JSON, though its checksum is right, is as lost as one whose checksum is wrong.
        guard let body = RecordLine.body(of: line[...]), let json = try? JSONValue(parsing: body),
            let record = StepRecord(json: json), record.position == entry.position,
            record.fingerprint == entry.fingerprint
        else { return nil }
        return record
    }

    /// Loads a value of a record, from its blob when it has one.
    ///
    /// - Throws: `blobMissing`, or `blobDamaged`.
    package func value(_ value: StoredValue) async throws -> JSONValue {
        switch value {
        case .inline(let value): return value
        case .blob(let reference):
            let content = try await store.blob(reference)
            do {
                return try JSONValue(parsing: content)
            } catch {
                throw CheckpointError.blobDamaged(reference)
            }
        }
    }
}
