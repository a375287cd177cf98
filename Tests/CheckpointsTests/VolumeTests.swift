import Glibc
import Synchronization
import Testing
import Threads

@testable import Checkpoints

@Suite struct VolumeTests {
    private struct Refusal: Error {}

    private static let count = 200

    /// Appends to many journals at once, and returns what each of them holds afterwards.
    private func append(
        synchronizeAll: @escaping @Sendable (StoreRoot) throws -> Void
    ) async throws -> [[UInt8]] {
        let directory = try ScratchDirectory()
        defer { withExtendedLifetime(directory) {} }
        let root = try StoreRoot(openingAt: directory.path)
        let threads = try FileThreads()
        let volume = Volume(threads: threads, canShare: true) { try synchronizeAll(root) }
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in 1...Self.count {
                let names = try JournalNames(of: Sample.journal(Int64(number)), in: root)
                guard let file = try names.makeFile() else { throw CheckpointError.journalExists(Sample.journal(1)) }
                let journal = DirectoryJournal(file: file, names: names, volume: volume)
                group.addTask {
                    for part in 1...3 { try await journal.append(Array("\(number).\(part)\n".utf8)) }
                    #expect(journal.undurableNames == nil)
                    let file = try root.open(Sample.journal(Int64(number)))
                    return try file.read(at: 0, count: file.byteCount())
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private var expected: Set<[UInt8]> {
        Set((1...Self.count).map { number in (1...3).flatMap { Array("\(number).\($0)\n".utf8) } })
    }

    @Test func manyAppendsShareFewSynchronisations() async throws {
        let calls = Mutex(0)
        let contents = try await append { root in
            calls.withLock { $0 += 1 }
            try root.runs.synchronizeVolume()
        }
        #expect(Set(contents) == expected)
        #expect((1..<Self.count).contains(calls.withLock { $0 }))
    }

    /// Those of the run are remembered: the next journal of it has fewer names to wait for.
    ///
    /// One that cannot be made durable is an error of the append, and the next one tries again.
    @Test func aFirstAppendWaitsForTheNamesThatLeadToItsJournal() async throws {
        let directory = try ScratchDirectory()
        defer { withExtendedLifetime(directory) {} }
        let root = try StoreRoot(openingAt: directory.path)
        let done = Mutex<[JournalNames.Directory]>([])
        let fails = Mutex(true)
        let volume = Volume(threads: try FileThreads(), canShare: false) { names, directory in
            if fails.withLock({ $0 }), directory == .job { throw Refusal() }
            try names.synchronize(directory)
            done.withLock { $0.append(directory) }
        } synchronizeAll: {
            throw Refusal()
        }
        for directories in [[.runs, .run, .job], [.run, .job]] as [[JournalNames.Directory]] {
            let names = try JournalNames(of: Sample.journal(Int64(4 - directories.count)), in: root)
            #expect(names.directories == directories)
            guard let file = try names.makeFile() else { throw CheckpointError.journalExists(Sample.journal(1)) }
            let journal = DirectoryJournal(file: file, names: names, volume: volume)
            fails.withLock { $0 = true }
            await #expect(throws: Refusal.self) { try await journal.append([1]) }
            #expect(journal.undurableNames != nil)
            fails.withLock { $0 = false }
            let missing = names.directories
            done.withLock { $0 = [] }
            try await journal.append([1])
            #expect(Set(done.withLock { $0 }) == Set(missing) && missing.contains(.job) && missing.contains(.run))
            #expect(journal.undurableNames == nil && root.hasDurableName(of: Sample.journal(1).job.run))
        }
    }

    /// The error may be of anybody's file: each journal is synchronised by itself then, and its own answer counts.
    @Test func whereTheFileSystemReportsAnErrorEachIsAskedForItself() async throws {
        let contents = try await append { _ in throw Refusal() }
        #expect(Set(contents) == expected)
    }

    /// A pipe takes bytes and cannot be synchronised, as a file whose disk has gone.
    @Test func aJournalThatCannotBeSynchronisedSaysSoAndNoOther() async throws {
        let directory = try ScratchDirectory()
        defer { withExtendedLifetime(directory) {} }
        let root = try StoreRoot(openingAt: directory.path)
        let volume = Volume(threads: try FileThreads(), canShare: true) { throw Refusal() }
        #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
        let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...20 {
                let names = try JournalNames(of: Sample.journal(Int64(number)), in: root)
                let file =
                    number == 20
                    ? try FileDescriptor.openRoot(directory.path).openEntry("pipe", flags: O_RDWR)
                    : try names.makeFile()
                guard let file else { throw CheckpointError.journalExists(Sample.journal(1)) }
                let journal = DirectoryJournal(file: file, names: names, volume: volume)
                group.addTask {
                    do {
                        try await journal.append([1])
                        return false
                    } catch CheckpointError.fileCall("fdatasync", _, EINVAL) {
                        return true
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 1)
    }
}
