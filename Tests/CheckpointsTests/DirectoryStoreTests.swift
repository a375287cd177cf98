import Checkpoints
import Glibc
import JobModel
import TestSupport
import Testing

@Suite struct DirectoryStoreTests {
    private let scratch: ScratchDirectory
    private var path: String { "\(scratch.path)/store" }

    init() throws { scratch = try ScratchDirectory() }

    private func store() async throws -> DirectoryStore { try await .open(at: path, creation: .ifMissing) }

    // MARK: Opening

    @Test func makesItsDirectoriesAndLeavesNothingElseBehind() async throws {
        let store = try await DirectoryStore.open(at: "\(path)/deeper/still", creation: .ifMissing)
        try await store.check()
        #expect(try scratch.names(in: "store/deeper/still") == ["blobs", "runs", "tmp"])
        #expect(try scratch.files() == [])
        _ = try await DirectoryStore.open(at: "\(path)/deeper/still")
    }

    @Test func refusesAMissingDirectory() async throws {
        await #expect(throws: CheckpointError.storeMissing(path: path)) { try await DirectoryStore.open(at: path) }
    }

    @Test func refusesAFile() async throws {
        try scratch.write([1], to: "store")
        await #expect(throws: CheckpointError.storeIsNoDirectory(path: path)) {
            try await DirectoryStore.open(at: path)
        }
        await #expect(throws: CheckpointError.self) {
            try await DirectoryStore.open(at: "\(path)/below", creation: .ifMissing)
        }
    }

    /// Nobody, not even root, makes files in sysfs.
    @Test(.enabled(if: access("/sys/kernel", F_OK) == 0, "there is no sysfs"))
    func refusesADirectoryItMayNotWriteTo() async throws {
        let error = await #expect(throws: CheckpointError.self) { try await DirectoryStore.open(at: "/sys/kernel") }
        #expect(
            error == .permissionDenied(path: "/sys/kernel/runs") || error == .storeReadOnly(path: "/sys/kernel/runs")
        )
    }

    @Test func followsALinkToItsRootAndNoneInside() async throws {
        try scratch.makeDirectory("elsewhere")
        try scratch.link("store", to: "\(scratch.path)/elsewhere")
        _ = try await DirectoryStore.open(at: path)

        try scratch.makeDirectory("second")
        try scratch.makeDirectory("outside")
        try scratch.link("second/runs", to: "\(scratch.path)/outside")
        await #expect(throws: CheckpointError.symbolicLink(path: "\(scratch.path)/second/runs")) {
            try await DirectoryStore.open(at: "\(scratch.path)/second")
        }
    }

    @Test(.enabled(if: TemporaryMount.isPossible, "this process may not mount")) func saysWhenItIsFull() async throws {
        try scratch.makeDirectory("small")
        let mount = try TemporaryMount(at: "\(scratch.path)/small", options: "size=256k")
        defer { mount.unmount() }
        let store = try await DirectoryStore.open(at: mount.path)
        let attempt = try await JobCheckpoints.open(in: store, epoch: 1)
        let text = JSONValue.string(String(repeating: "x", count: 10_000))
        var recorded = 0
        var failure: CheckpointError?
        while failure == nil, recorded < 100 {
            do {
                try await attempt.record(Sample.turn(recorded + 1, result: text))
                recorded += 1
            } catch let error as CheckpointError {
                failure = error
            }
        }
        let journalPath = "\(mount.path)/runs/7/42/000001.journal"
        #expect(
            failure == .journalFailed(Sample.journal(1), cause: .storeFull(path: journalPath))
        )
        await #expect(throws: CheckpointError.self) { try await attempt.record(Sample.turn(500, result: 1)) }
        await #expect(throws: CheckpointError.self) { try await store.check() }
        let blob = Array(repeating: UInt8(7), count: 300_000)
        await #expect(throws: CheckpointError.self) { try await store.putBlob(blob) }
        #expect(try scratch.names(in: "small/tmp") == [])

        // All that was said to be recorded is there, and a later attempt is not troubled by the torn line.
        let history = try await CheckpointReader(store: store).history(of: Sample.job)
        #expect(history.count == recorded)
        #expect(history.damage.lossCount == 0)
    }

    @Test(.enabled(if: TemporaryMount.isPossible, "this process may not mount")) func saysWhenItIsReadOnly()
        async throws
    {
        try scratch.makeDirectory("still")
        let mount = try TemporaryMount(at: "\(scratch.path)/still", options: "size=256k")
        defer { mount.unmount() }
        let store = try await DirectoryStore.open(at: mount.path)
        try mount.makeReadOnly()
        let error = await #expect(throws: CheckpointError.self) { try await store.check() }
        guard case .storeReadOnly = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await #expect(throws: CheckpointError.storeReadOnly(path: "\(mount.path)/runs/7")) {
            try await JobCheckpoints.open(in: store, epoch: 1)
        }
    }

    // MARK: Journals

    @Test func liesWhereTheDesignSays() async throws {
        let store = try await store()
        let attempt = try await JobCheckpoints.open(in: store, epoch: 3)
        try await attempt.record(Sample.turn(1))
        _ = try await JobCheckpoints.open(in: store, epoch: 1_234_567)
        #expect(
            try scratch.files() == ["store/runs/7/42/000003.journal", "store/runs/7/42/1234567.journal"]
        )
    }

    @Test func givesBackWhatWasRecordedAfterARestart() async throws {
        let large = JSONValue.string(String(repeating: "y", count: 100_000))
        let first = try await JobCheckpoints.open(in: try await store(), epoch: 1)
        try await first.record(Sample.turn(1))
        try await first.record(Sample.turn(2, result: large))
        first.close()
        let second = try await JobCheckpoints.open(in: try await store(), epoch: 2)
        #expect(try await second.recorded(Sample.turn(1))?.result == "done")
        #expect(try await second.recorded(Sample.turn(2))?.result == large)
    }

    @Test func writesNoJournalTwice() async throws {
        let store = try await store()
        _ = try await store.makeJournal(Sample.journal(1))
        await #expect(throws: CheckpointError.journalExists(Sample.journal(1))) {
            try await store.makeJournal(Sample.journal(1))
        }
    }

    @Test func listsJournalsAndNothingElse() async throws {
        let store = try await store()
        #expect(try await store.epochs(of: Sample.job) == [])
        for epoch in [Int64(2), 1_000_000, 10] { _ = try await store.makeJournal(Sample.journal(epoch)) }
        for name in ["3.journal", "000000.journal", "-00001.journal", "000004.journal~", "notes"] {
            try scratch.write([], to: "store/runs/7/42/\(name)")
        }
        #expect(try await store.epochs(of: Sample.job).map(\.rawValue) == [2, 10, 1_000_000])
    }

    @Test func readsAJournalByParts() async throws {
        let store = try await store()
        let sink = try await store.makeJournal(Sample.journal(1))
        try await sink.append(Array("hello ".utf8))
        try await sink.append(Array("world".utf8))
        #expect(try await store.readJournal(Sample.journal(1), at: 4, count: 4) == Array("o wo".utf8))
        #expect(try await store.readJournal(Sample.journal(1), at: 9, count: 100) == Array("ld".utf8))
        #expect(try await store.readJournal(Sample.journal(1), at: 50, count: 5) == [])
        await #expect(throws: CheckpointError.journalMissing(Sample.journal(2))) {
            try await store.readJournal(Sample.journal(2), at: 0, count: 1)
        }
    }

    @Test func keepsSixtyFourParallelRecords() async throws {
        let store = try await store()
        let attempt = try await JobCheckpoints.open(in: store, epoch: 1)
        try await withThrowingTaskGroup { group in
            for call in 1...64 {
                group.addTask { try await attempt.record(Sample.step(.toolCall(call, ofTurn: 1))) }
            }
            try await group.waitForAll()
        }
        let second = try await JobCheckpoints.open(in: store, epoch: 2)
        #expect(Set(second.positions) == Set((1...64).map { "t0001.\($0)" }))
        for call in 1...64 { #expect(try await attempt.recorded(Sample.step(.toolCall(call, ofTurn: 1))) != nil) }
    }

    @Test func followsNoLinkOutOfTheStore() async throws {
        let store = try await store()
        try scratch.makeDirectory("outside/42")
        try scratch.link("store/runs/7", to: "\(scratch.path)/outside")
        await #expect(throws: CheckpointError.symbolicLink(path: "\(path)/runs/7")) {
            try await JobCheckpoints.open(in: store, epoch: 1)
        }
        #expect(try scratch.files() == [])

        // Nor from a journal's own name.
        let other = JobReference(run: RunID(rawValue: 8), job: JobID(rawValue: 1))
        try scratch.makeDirectory("store/runs/8/1")
        try scratch.write([1], to: "outside/secret")
        try scratch.link("store/runs/8/1/000001.journal", to: "\(scratch.path)/outside/secret")
        await #expect(throws: CheckpointError.symbolicLink(path: "\(path)/runs/8/1/000001.journal")) {
            try await store.readJournal(Sample.journal(1, of: other), at: 0, count: 10)
        }
        await #expect(throws: CheckpointError.journalExists(Sample.journal(1, of: other))) {
            try await store.makeJournal(Sample.journal(1, of: other))
        }
    }
}
