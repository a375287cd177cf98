import Checkpoints
import JobModel
import TestSupport
import Testing

@Suite struct InheritanceTests {
    private let store = MemoryStore()

    private func open(_ epoch: Int64) async throws -> JobCheckpoints {
        try await JobCheckpoints.open(in: store, epoch: epoch)
    }

    @Test func seesTheRecordsOfAllAttemptsBefore() async throws {
        for epoch in Int64(1)...4 {
            let attempt = try await open(epoch)
            #expect(attempt.positions == (1..<epoch).map { "t000\($0)" })
            try await attempt.record(Sample.turn(Int(epoch)))
        }
    }

    @Test func seesThroughAttemptsThatRecordedNothing() async throws {
        try await open(1).record(Sample.turn(1))
        _ = try await open(2)
        _ = try await open(5)
        let attempt = try await open(6)
        #expect(attempt.positions == ["t0001"])
        #expect(attempt.checkpoints.parts.map(\.journal) == [Sample.journal(1)])
    }

    @Test func neverSeesWhatAZombieRecordsBehindTheMark() async throws {
        let zombie = try await open(1)
        try await zombie.record(Sample.turn(1))
        let second = try await open(2)
        try await zombie.record(Sample.turn(2))
        try await second.record(Sample.turn(3))

        #expect(try await open(3).positions == ["t0001", "t0003"])
        try await zombie.record(Sample.turn(4))
        try await second.record(Sample.turn(5))
        #expect(try await open(4).positions == ["t0001", "t0003"])
    }

    @Test func neverSeesAZombieThatHadRecordedNothing() async throws {
        let first = try await open(1)
        let second = try await open(2)
        try await first.record(Sample.turn(1))
        #expect(try await open(3).positions == [])
        try await second.record(Sample.turn(2))
        #expect(try await open(4).positions == [])
    }

    /// The example of the drawing at `Inheritance`.
    @Test func neverSeesAJournalWhoseMarkCameLate() async throws {
        let first = try await open(1)
        try await first.record(Sample.turn(1))
        let second = try await open(2)
        try await first.record(Sample.turn(2))
        try await second.record(Sample.turn(3))

        // Epoch 3 looks, and is held up before its mark is written.
        let gate = store.shut(Sample.journal(3))
        async let opening = open(3)
        await gate.waitForCallers(1)
        try await second.record(Sample.turn(4))
        let fourth = try await open(4)
        #expect(fourth.positions == ["t0001", "t0003", "t0004"])
        try await second.record(Sample.turn(5))

        gate.open()
        let third = try await opening
        #expect(third.positions == ["t0001", "t0003"])
        try await third.record(Sample.turn(6))
        try await fourth.record(Sample.turn(7))
        #expect(try await open(5).positions == ["t0001", "t0003", "t0004", "t0007"])
    }

    @Test func seesNothingOfAnAttemptWhoseMarkIsTorn() async throws {
        try await open(1).record(Sample.turn(1))
        _ = try await open(2)
        let mark = store.bytes(of: Sample.journal(2))
        for length in [0, 1, mark.count / 2 - 1] {
            store.set(Array(mark.prefix(length)), of: Sample.journal(2))
            let history = try await CheckpointReader(store: store).history(of: Sample.job)
            #expect(history.steps.map(\.position) == [.turn(1)])
            #expect(history.damage.lossCount == 0)
        }
    }

    @Test func holdsTheMarkAgainstOneFlippedByteAnywhere() async throws {
        let zombie = try await open(1)
        try await zombie.record(Sample.turn(1))
        let second = try await open(2)
        let markLength = store.bytes(of: Sample.journal(2)).count
        try await second.record(Sample.turn(2))
        try await zombie.record(Sample.turn(9))
        let bytes = store.bytes(of: Sample.journal(2))
        for place in 0..<markLength {
            var altered = bytes
            altered[place] ^= 0x10
            store.set(altered, of: Sample.journal(2))
            let history = try await CheckpointReader(store: store).history(of: Sample.job)
            #expect(history.steps.map(\.position) == [.turn(1), .turn(2)], "byte \(place)")
            #expect(history.damage.lossCount >= 1, "byte \(place)")
        }
    }

    @Test func paysNothingTwiceWhenAMarkIsLost() async throws {
        try await open(1).record(Sample.turn(1))
        try await open(2).record(Sample.turn(2))
        let third = try await open(3)
        let markLength = store.bytes(of: Sample.journal(3)).count
        try await third.record(Sample.turn(3))
        var bytes = store.bytes(of: Sample.journal(3))
        bytes.replaceSubrange(0..<(markLength - 1), with: repeatElement(0, count: markLength - 1))
        store.set(bytes, of: Sample.journal(3))

        let fourth = try await open(4)
        #expect(fourth.positions == ["t0001", "t0002", "t0003"])
        #expect(fourth.checkpoints.damage.reports.contains { $0.cause == .lostMark })
        // The new mark holds it all again.
        let fifth = try await open(5)
        #expect(fifth.positions == ["t0001", "t0002", "t0003"])
        #expect(!fifth.checkpoints.damage.reports.contains { $0.cause == .lostMark })
    }

    @Test func reportsAJournalThatIsGoneOrCut() async throws {
        try await open(1).record(Sample.turn(1))
        _ = try await open(2)
        let bytes = store.bytes(of: Sample.journal(1))
        store.set(Array(bytes.dropLast(5)), of: Sample.journal(1))
        let cut = try await CheckpointReader(store: store).history(of: Sample.job)
        #expect(cut.count == 0)
        #expect(cut.damage.lossCount == 1)
        store.set(nil, of: Sample.journal(1))
        let gone = try await CheckpointReader(store: store).history(of: Sample.job)
        #expect(gone.damage.reports.map(\.cause) == [.shortened(expected: bytes.count, found: 0)])
    }

    @Test func refusesToBeginTwiceOrTooLate() async throws {
        _ = try await open(4)
        await #expect(throws: CheckpointError.journalExists(Sample.journal(4))) { try await open(4) }
        await #expect(throws: CheckpointError.superseded(Sample.journal(3), by: LeaseEpoch(rawValue: 4))) {
            try await open(3)
        }
        #expect(store.bytes(of: Sample.journal(3)).isEmpty)
    }

    @Test func makesDurableWhatItBuildsOn() async throws {
        try await open(1).record(Sample.turn(1))
        try await open(2).record(Sample.turn(2))
        #expect(store.synchronized == [Sample.journal(1)])
        _ = try await open(3)
        #expect(store.synchronized == [Sample.journal(1), Sample.journal(2)])
    }

    @Test func doesNotMixJobs() async throws {
        let other = JobReference(run: Sample.job.run, job: JobID(rawValue: 43))
        try await open(1).record(Sample.turn(1))
        #expect(try await JobCheckpoints.open(in: store, epoch: 2, of: other).positions == [])
    }

    /// Attempts begin, record and go on recording as zombies, in any order.
    ///
    /// Each must see what the definition says: of its newest predecessor all that this one saw, and what this one had
    /// recorded itself by then.
    @Test(arguments: UInt64(1)...40) func seesWhatTheDefinitionSays(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var attempts: [(checkpoints: JobCheckpoints, seen: [Int], own: [Int])] = []
        var turn = 0
        for _ in 0..<Int.random(in: 5...40, using: &random) {
            if attempts.isEmpty || Int.random(in: 0..<4, using: &random) == 0 {
                let seen = attempts.last.map { $0.seen + $0.own } ?? []
                let checkpoints = try await open(Int64(attempts.count + 1))
                #expect(checkpoints.checkpoints.steps.compactMap(\.position.turn) == seen, "seed \(seed)")
                attempts.append((checkpoints, seen, []))
            } else {
                turn += 1
                let writer = Int.random(in: 0..<attempts.count, using: &random)
                try await attempts[writer].checkpoints.record(Sample.turn(turn))
                attempts[writer].own.append(turn)
            }
        }
    }
}
