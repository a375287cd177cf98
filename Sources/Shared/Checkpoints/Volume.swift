import CLinux
import Synchronization
import Threads

/// The file system of a store, as journals append to it.
///
/// Appends to many journals are made durable by one synchronisation of the file system, where that is known to make all
/// of them durable and to report errors; see `VolumeCommit`.
final class Volume: Sendable {
    private struct Append: Sendable {
        let bytes: [UInt8]
        let journal: DirectoryJournal
        /// Is told that the bytes are durable, or why not.
        let caller: CheckedContinuation<VolumeCommit<Append>.Turn, any Error>
    }

    private let threads: FileThreads
    private let synchronizeName: @Sendable (JournalNames, JournalNames.Directory) throws -> Void
    private let synchronizeAll: @Sendable () throws -> Void
    private let machine: Mutex<VolumeCommit<Append>>

    /// The file system that a store is in.
    convenience init(root: StoreRoot, threads: FileThreads) {
        self.init(threads: threads, canShare: root.runs.canSynchronizeVolume) { try root.runs.synchronizeVolume() }
    }

    /// - Parameters:
    ///   - canShare: Whether `synchronizeAll` may be used.
    ///   - synchronizeName: Makes a name durable that leads to a journal.
    ///   - synchronizeAll: Makes durable all that was written, or throws an error of any file.
    init(
        threads: FileThreads,
        canShare: Bool,
        synchronizeName: @escaping @Sendable (JournalNames, JournalNames.Directory) throws -> Void = {
            try $0.synchronize($1)
        },
        synchronizeAll: @escaping @Sendable () throws -> Void
    ) {
        self.threads = threads
        self.synchronizeName = synchronizeName
        self.synchronizeAll = synchronizeAll
        machine = Mutex(VolumeCommit(canShare: canShare))
    }

    /// Adds bytes to a journal; they, and the names that lead to them, are durable when it returns.
    func append(_ bytes: [UInt8], to journal: DirectoryJournal) async throws {
        let turn = try await withCheckedThrowingContinuation { caller in
            let append = Append(bytes: bytes, journal: journal, caller: caller)
            switch machine.withLock({ $0.turn(of: append, at: clinux_monotonic_ns()) }) {
            case .alone: caller.resume(returning: .alone)
            case .lead: threads.start { [self] in lead() }
            case .wait: break
            }
        }
        guard turn == .alone else { return }
        defer { machine.withLock { $0.endedAlone() } }
        try await appendAlone(bytes, to: journal)
    }

    private func appendAlone(_ bytes: [UInt8], to journal: DirectoryJournal) async throws {
        guard let names = journal.undurableNames else { return try await synchronize(bytes, in: journal) }
        // All at once: the disk makes them durable together, and the first record waits about as long as any other.
        try await withThrowingTaskGroup(of: Void.self) { [threads, synchronizeName] group in
            for directory in names.directories {
                group.addTask { try await threads.run { try synchronizeName(names, directory) } }
            }
            try await synchronize(bytes, in: journal)
            try await group.waitForAll()
        }
        journal.namesAreDurable()
    }

    private func synchronize(_ bytes: [UInt8], in journal: DirectoryJournal) async throws {
        try await threads.run {
            try journal.write(bytes)
            try journal.synchronize()
        }
    }

    // MARK: Groups

    private func lead() {
        while true {
            let group = machine.withLock { $0.nextGroup() }
            if group.isEmpty { return }
            synchronize(group.filter(isWritten))
        }
    }

    private func isWritten(_ append: Append) -> Bool {
        do {
            try append.journal.write(append.bytes)
            return true
        } catch {
            append.caller.resume(throwing: error)
            return false
        }
    }

    private func synchronize(_ group: [Append]) {
        let start = clinux_monotonic_ns()
        do {
            try synchronizeAll()
        } catch {
            // It was a fault of some file, perhaps of none of these: each has its own answer.
            for append in group { append.caller.resume(with: Result { try synchronizeAlone(append.journal) }) }
            return
        }
        let end = clinux_monotonic_ns()
        machine.withLock { $0.synchronized(in: end - start, at: end) }
        for append in group {
            append.journal.namesAreDurable()
            append.caller.resume(returning: .wait)
        }
    }

    private func synchronizeAlone(_ journal: DirectoryJournal) throws -> VolumeCommit<Append>.Turn {
        try journal.synchronize()
        if let names = journal.undurableNames {
            for directory in names.directories { try synchronizeName(names, directory) }
            journal.namesAreDurable()
        }
        return .wait
    }
}
