package import JobModel

/// Where the bytes of all jobs lie: journals, blobs and artifacts.
///
/// No conditional put, rename or lock is asked for, so anything that reads back what was written can serve: a
/// directory, where a journal is a file that grows, or a bucket, where it is a row of small segments.
///
/// What a call wrote is durable when it returns. No call is interrupted by cancellation. Errors are `CheckpointError`s.
package protocol ObjectStore: Sendable {
    /// Begins the journal of an attempt.
    ///
    /// - Throws: `journalExists` when one of that name was begun before.
    func makeJournal(_ journal: JournalName) async throws -> any JournalSink

    /// The epochs of all journals of a job, ascending; none when the job is not known.
    func epochs(of job: JobReference) async throws -> [LeaseEpoch]

    /// Reads a part of a journal, as far as it goes: fewer bytes than asked for mean that it ends there.
    ///
    /// - Throws: `journalMissing` when there is none of that name.
    func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8]

    /// Makes durable whatever of a journal can be read now, whoever wrote it.
    func synchronizeJournal(_ journal: JournalName) async throws

    /// Stores content under its digest; content that is there already is not stored again.
    func putBlob(_ content: [UInt8]) async throws -> BlobReference

    /// Reads and verifies content.
    ///
    /// - Throws: `blobMissing`, or `blobDamaged` when the content is not what the name says.
    func blob(_ reference: BlobReference) async throws -> [UInt8]

    /// Stores an artifact, replacing what the same attempt had stored under that name.
    ///
    /// - Throws: `artifactNameTaken` when the attempt has stored one below that name, or where that has a folder.
    func putArtifact(_ artifact: Artifact, _ content: [UInt8]) async throws

    /// Stores an artifact from a local file of any size, replacing what the same attempt had stored under that name.
    ///
    /// - Throws: `artifactNameTaken` when the attempt has stored one below that name, or where that has a folder.
    func putArtifact(_ artifact: Artifact, fromFile path: String) async throws

    /// Reads a part of an artifact, as far as it goes: fewer bytes than asked for mean that it ends there.
    ///
    /// - Throws: `artifactMissing` when there is none of that name.
    func readArtifact(_ artifact: Artifact, at offset: Int, count: Int) async throws -> [UInt8]

    /// The artifacts of a job, sorted by name: of each name the one of the latest attempt.
    ///
    /// - Parameter epoch: The last attempt that counts; what later or other workers left behind is not listed.
    func artifacts(of job: JobReference, through epoch: LeaseEpoch) async throws -> [StoredArtifact]
}
