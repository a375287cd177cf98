import JobModel
import Synchronization

/// The directories that lead to a new journal, open until its name in them is durable.
final class JournalNames: Sendable {
    private let root: StoreRoot
    private let journal: JournalName
    private let run: FileDescriptor
    private let job: FileDescriptor

    /// Makes the directories that do not exist; which of them another process has just made is not known.
    init(of journal: JournalName, in root: StoreRoot) throws(CheckpointError) {
        self.root = root
        self.journal = journal
        run = try root.runs.makeDirectory(journal.job.run.description, isDurable: false)
        job = try run.makeDirectory(journal.job.directoryName, isDurable: false)
    }

    /// Makes the journal; nil when it exists.
    func makeFile() throws(CheckpointError) -> FileDescriptor? { try job.makeFile(journal.fileName) }

    /// A directory on the way from the root of the store to the journal, which holds the next name on it.
    enum Directory: Sendable {
        case runs, run, job
    }

    /// Those whose names may not be durable.
    var directories: [Directory] { root.hasDurableName(of: journal.job.run) ? [.run, .job] : [.runs, .run, .job] }

    /// Makes the name durable that a directory holds.
    func synchronize(_ directory: Directory) throws(CheckpointError) {
        switch directory {
        case .runs: try root.synchronizeName(of: journal.job.run)
        case .run: try run.synchronize()
        case .job: try job.synchronize()
        }
    }

    /// All of them became durable with the whole file system.
    func areDurable() { root.nameIsDurable(of: journal.job.run) }
}
