import Synchronization

/// A journal that is a file; it is open as long as this lives.
final class DirectoryJournal: JournalSink {
    private let file: FileDescriptor
    private let threads: FileThreads
    /// The names that lead to the file, until they are durable: the first append waits for them, and nobody before.
    private let newNames: Mutex<JournalNames?>

    init(file: consuming FileDescriptor, names: JournalNames, threads: FileThreads) {
        self.file = file
        newNames = Mutex(names)
        self.threads = threads
    }

    func append(_ bytes: [UInt8]) async throws {
        guard let names = newNames.withLock({ $0 }) else { return try await write(bytes) }
        // Both at once, so that the first record waits about as long as any other.
        async let synchronized: Void = threads.run { try names.synchronize() }
        try await write(bytes)
        try await synchronized
        newNames.withLock { $0 = nil }
    }

    private func write(_ bytes: [UInt8]) async throws {
        try await threads.run { [self] in
            try file.write(bytes)
            try file.synchronizeData()
        }
    }
}
