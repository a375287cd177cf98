/// A journal that is a file; it is open as long as this lives.
final class DirectoryJournal: JournalSink {
    private let file: FileDescriptor
    private let threads: FileThreads

    init(file: consuming FileDescriptor, threads: FileThreads) {
        self.file = file
        self.threads = threads
    }

    func append(_ bytes: [UInt8]) async throws {
        try await threads.run { [self] in
            try file.write(bytes)
            try file.synchronizeData()
        }
    }
}
