import Glibc
package import JobModel

/// What can go wrong between a step and its record.
package enum CheckpointError: Error, Equatable, CustomStringConvertible {
    /// The store's directory does not exist.
    case storeMissing(path: String)
    /// The store's path leads to something that is no directory.
    case storeIsNoDirectory(path: String)
    /// The store's file system is mounted read-only.
    case storeReadOnly(path: String)
    /// The store has no room left, or the quota is used up.
    case storeFull(path: String)
    /// The store returns something else than was written.
    case storeDoesNotReadBack(path: String)
    /// This process may not read or write there.
    case permissionDenied(path: String)
    /// A symbolic link stands inside the store, where it could lead out of it.
    case symbolicLink(path: String)
    /// A file call that has no case of its own went wrong.
    case fileCall(String, path: String, code: Int32)

    /// The text is no name or position of a step.
    case invalidPosition(String)
    /// The text is no name of an artifact.
    case invalidArtifactName(String, reason: String)
    /// The attempt has kept a file where the artifact's name has a folder, or a folder where it has the file.
    case artifactNameTaken(ArtifactName)
    /// The store holds no such artifact.
    case artifactMissing(Artifact)

    /// A journal of that epoch exists already: this attempt has begun before, which an epoch allows once.
    case journalExists(JournalName)
    /// The store holds no such journal.
    case journalMissing(JournalName)
    /// A later attempt has begun: this one has lost its lease.
    case superseded(JournalName, by: LeaseEpoch)
    /// A record could not be made durable; nothing may be built on this journal any more.
    indirect case journalFailed(JournalName, cause: CheckpointError)
    /// The attempt has closed its journal.
    case journalClosed(JournalName)
    /// The journal was written by a newer program.
    case formatTooNew(JournalName, found: Int, supported: Int)

    /// The job has had so many attempts that a journal cannot name all it inherits.
    case tooManyJournals(JournalName, count: Int)

    /// A record would be longer than any reader accepts.
    case recordTooLarge(StepPosition, byteCount: Int, limit: Int)
    /// A value of the step is nested deeper than any reader accepts.
    case valueTooDeep(StepPosition, limit: Int)
    /// The store holds no such blob.
    case blobMissing(BlobReference)
    /// What is stored under the blob's name is not what the name says.
    case blobDamaged(BlobReference)
    /// The store said something that has no case of its own.
    case storeUnavailable(reason: String)

    /// Whether it is about one blob alone: what else the store holds can be read.
    package var isOfOneBlob: Bool {
        switch self {
        case .blobMissing, .blobDamaged: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .storeMissing(let path): "the store \(path) does not exist; create it, or mount it, first"
        case .storeIsNoDirectory(let path): "the store \(path) is no directory; name one"
        case .storeReadOnly(let path): "the store is read-only at \(path); remount it writable"
        case .storeFull(let path): "the store is full at \(path); make room, or raise the quota"
        case .storeDoesNotReadBack(let path):
            "the store returns at \(path) something else than was written; use another file system"
        case .permissionDenied(let path): "the store forbids access to \(path); check its owner and mode"
        case .symbolicLink(let path): "\(path) is a symbolic link; a store holds none, remove it"
        case .fileCall(let call, let path, let code):
            "the store cannot be used: \(call) on \(path): \(String(cString: strerror(code)).lowercased()); "
                + "check its path and its file system"
        case .storeUnavailable(let reason): "the store is not available: \(reason)"
        case .invalidPosition(let text):
            "\"\(text)\" names no step; use 1 to \(StepPosition.maximumNameLength) letters, digits or _ - . / :"
        case .invalidArtifactName(let text, let reason): "\"\(text)\" names no artifact: \(reason)"
        case .artifactNameTaken(let name): "\(name) would be a file and a folder at once"
        case .artifactMissing(let artifact): "\(artifact) does not exist"
        case .journalExists(let name): "\(name) exists already; an attempt begins once, claim the job again"
        case .journalMissing(let name): "\(name) does not exist"
        case .superseded(let name, let epoch): "\(name) comes too late: the attempt under epoch \(epoch) has begun"
        case .journalFailed(let name, let cause): "\(name) takes no more records: \(cause)"
        case .journalClosed(let name): "\(name) is closed"
        case .formatTooNew(let name, let found, let supported):
            "\(name) has format \(found), this program reads up to \(supported); upgrade it first"
        case .tooManyJournals(let name, let count):
            "\(name) cannot name the \(count) journals it inherits; submit the run again as a fork"
        case .recordTooLarge(let position, let byteCount, let limit):
            "the record of step \(position) has \(byteCount) bytes, more than \(limit)"
        case .valueTooDeep(let position, let limit):
            "a value of step \(position) is nested deeper than \(limit)"
        case .blobMissing(let blob): "blob \(blob) does not exist"
        case .blobDamaged(let blob): "blob \(blob) does not hold what its name says"
        }
    }
}
