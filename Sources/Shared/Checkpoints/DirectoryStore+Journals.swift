import Glibc
package import JobModel
import Threads

extension DirectoryStore {
    package func makeJournal(_ journal: JournalName) async throws -> any JournalSink {
        try await threads.run { [root, volume] in
            let names = try JournalNames(of: journal, in: root)
            guard let file = try names.makeFile() else { throw CheckpointError.journalExists(journal) }
            return DirectoryJournal(file: file, names: names, volume: volume)
        }
    }

    package func epochs(of job: JobReference) async throws -> [LeaseEpoch] {
        try await threads.run { [root] in
            guard let directory = try root.directory(of: job) else { return [] }
            return try directory.names().compactMap(JournalName.epoch(ofFileName:)).sorted()
        }
    }

    package func readJournal(_ journal: JournalName, at offset: Int, count: Int) async throws -> [UInt8] {
        try await threads.run { [root] in try root.open(journal).read(at: offset, count: count) }
    }

    package func synchronizeJournal(_ journal: JournalName) async throws {
        try await threads.run { [root] in try root.open(journal).synchronizeData() }
    }
}

extension StoreRoot {
    /// Opens the directory of a job, if there is one.
    func directory(of job: JobReference) throws(CheckpointError) -> FileDescriptor? {
        guard let run = try runs.directory(job.run.description) else { return nil }
        return try run.directory(job.directoryName)
    }

    /// Opens the directory of a job, which is made when it does not exist.
    func makeDirectory(of job: JobReference) throws(CheckpointError) -> FileDescriptor {
        try runs.makeDirectory(job.run.description).makeDirectory(job.directoryName)
    }

    /// Opens a journal for reading.
    func open(_ journal: JournalName) throws(CheckpointError) -> FileDescriptor {
        guard let directory = try directory(of: journal.job),
            let file = try directory.openEntry(journal.fileName, flags: O_RDONLY)
        else { throw .journalMissing(journal) }
        return file
    }
}
