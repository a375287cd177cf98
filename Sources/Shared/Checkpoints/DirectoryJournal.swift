import Synchronization

/// A journal that is a file; it is open as long as this lives.
final class DirectoryJournal: JournalSink {
    private let file: FileDescriptor
    private let volume: Volume
    /// The names that lead to the file, until they are durable: the first append waits for them, and nobody before.
    private let newNames: Mutex<JournalNames?>

    init(file: consuming FileDescriptor, names: JournalNames, volume: Volume) {
        self.file = file
        newNames = Mutex(names)
        self.volume = volume
    }

    func append(_ bytes: [UInt8]) async throws { try await volume.append(bytes, to: self) }

    // MARK: What blocks

    /// Adds bytes, which are not durable yet.
    func write(_ bytes: [UInt8]) throws(CheckpointError) { try file.write(bytes) }

    /// Makes all bytes durable.
    func synchronize() throws(CheckpointError) { try file.synchronizeData() }

    /// The names that lead to the file, when they are not known to be durable.
    var undurableNames: JournalNames? { newNames.withLock { $0 } }

    /// The names became durable, be it with the whole file system.
    func namesAreDurable() {
        newNames.withLock { names in
            names?.areDurable()
            names = nil
        }
    }
}
