import Checkpoints
import JobModel
import Testing

@Suite struct JobCheckpointsTests {
    private let store = MemoryStore()

    private func open(_ epoch: Int64) async throws -> JobCheckpoints {
        try await JobCheckpoints.open(in: store, epoch: epoch)
    }

    /// Alters one byte in the first place where a text stands.
    private func damage(_ text: String, in journal: JournalName) throws {
        var bytes = store.bytes(of: journal)
        let pattern = Array(text.utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: pattern) })
        bytes[place] ^= 1
        store.set(bytes, of: journal)
    }

    @Test func givesBackWhatWasRecorded() async throws {
        let step = Sample.step(.toolCall(2, ofTurn: 4), result: ["rows": [1, 2.5, "three", nil, true]], carries: ["m"])
        let written = try await open(1).record(step)
        let found = try await open(2).recorded(step)
        #expect(found?.record == written)
        #expect(found?.result == step.result)
        #expect(found?.record.usage == step.usage)
        #expect(found?.record.cost == step.cost)
        #expect(found?.record.effect == .idempotent)
        #expect(found?.record.epoch == LeaseEpoch(rawValue: 1))
    }

    @Test func keepsTheOrderOfKeysInAResult() async throws {
        let step = Sample.turn(1, result: ["z": 1, "a": ["y": 2, "b": 3]])
        try await open(1).record(step)
        #expect(try await open(2).recorded(step)?.result.text() == step.result.text())
    }

    @Test func findsItsOwnRecordsToo() async throws {
        let attempt = try await open(1)
        try await attempt.record(Sample.turn(1, result: "a"))
        #expect(try await attempt.recorded(Sample.turn(1))?.result == "a")
    }

    @Test func tellsWhyThereIsNoCheckpoint() async throws {
        let attempt = try await open(1)
        try await attempt.record(Sample.turn(1, variant: "a"))
        try await attempt.record(Sample.turn(1, variant: "b"))
        let asked = Sample.turn(1, variant: "c")
        #expect(
            try await attempt.lookup(asked.position, asked.fingerprint)
                == .diverged([Sample.turn(1, variant: "b").fingerprint, Sample.turn(1, variant: "a").fingerprint])
        )
        #expect(try await attempt.lookup(.turn(2), asked.fingerprint) == .missing)
    }

    @Test func prefersTheLaterRecordOfAStep() async throws {
        try await open(1).record(Sample.turn(1, result: "first"))
        try await open(2).record(Sample.turn(1, result: "second"))
        #expect(try await open(3).recorded(Sample.turn(1))?.result == "second")
    }

    @Test func losesADamagedRecordAloneAndRunsItAgain() async throws {
        let first = try await open(1)
        for turn in 1...3 { try await first.record(Sample.turn(turn)) }
        try damage(Sample.turn(2).fingerprint.hex, in: Sample.journal(1))

        let second = try await open(2)
        #expect(try await second.lookup(.turn(2), Sample.turn(2).fingerprint) == .damaged)
        #expect(try await second.recorded(Sample.turn(1)) != nil)
        #expect(try await second.recorded(Sample.turn(3)) != nil)
        #expect(second.statistics == CheckpointStatistics(inherited: 2, replayed: 2, recorded: 0, damaged: 1))
        try await second.record(Sample.turn(2, result: "again"))
        #expect(try await open(3).recorded(Sample.turn(2))?.result == "again")
    }

    @Test func saysDamagedWhereALostRecordMayHaveStood() async throws {
        let first = try await open(1)
        for turn in 1...2 { try await first.record(Sample.turn(turn)) }
        try damage("position\":\"t0002", in: Sample.journal(1))
        let second = try await open(2)
        #expect(try await second.lookup(.turn(2), Sample.turn(2).fingerprint) == .damaged)
        let other = Sample.turn(1, variant: "other").fingerprint
        #expect(try await second.lookup(.turn(1), other) == .diverged([Sample.turn(1).fingerprint]))
    }

    @Test func noticesDamageDoneAfterItBegan() async throws {
        try await open(1).record(Sample.turn(1))
        let second = try await open(2)
        var bytes = store.bytes(of: Sample.journal(1))
        bytes[bytes.count - 10] ^= 1
        store.set(bytes, of: Sample.journal(1))
        #expect(try await second.lookup(.turn(1), Sample.turn(1).fingerprint) == .damaged)
        #expect(second.statistics.damaged == 1)
        store.set(nil, of: Sample.journal(1))
        #expect(try await second.recorded(Sample.turn(1)) == nil)
    }

    // MARK: Large values

    private let large: JSONValue = .string(String(repeating: "x", count: StoredValue.maximumInlineByteCount))

    @Test func keepsLargeValuesInBlobs() async throws {
        let step = Sample.step(.turn(1), result: large, carries: large)
        let record = try await open(1).record(step)
        let blob = BlobReference(of: large.encoded())
        #expect(record.result == .blob(blob))
        #expect(record.carries == .blob(blob))
        #expect(store.bytes(of: Sample.journal(1)).count < 4096)
        let second = try await open(2)
        #expect(try await second.recorded(step)?.result == large)
        #expect(try await second.carried(by: .turn(1)).map(\.value) == [large])
        #expect(try await CheckpointReader(store: store).value(record.result) == large)
    }

    @Test func keepsTheLargestInlineValueInline() async throws {
        let value = JSONValue.string(String(repeating: "x", count: StoredValue.maximumInlineByteCount - 2))
        #expect(try await open(1).record(Sample.turn(1, result: value)).result == .inline(value))
    }

    @Test func losesTheStepOfADamagedBlobAlone() async throws {
        let first = try await open(1)
        try await first.record(Sample.turn(1, result: large))
        try await first.record(Sample.turn(2))
        let blob = BlobReference(of: large.encoded())
        store.alterBlobs { $0.dropLast() + [0] }
        let second = try await open(2)
        #expect(try await second.lookup(.turn(1), Sample.turn(1).fingerprint) == .damaged)
        #expect(second.checkpoints.damage.reports.map(\.cause) == [.blobDamaged(blob)])
        store.alterBlobs { _ in nil }
        #expect(try await second.recorded(Sample.turn(1)) == nil)
        #expect(second.checkpoints.damage.reports.map(\.cause) == [.blobDamaged(blob), .blobMissing(blob)])
        #expect(try await second.recorded(Sample.turn(2)) != nil)
        try await second.record(Sample.turn(1, result: large))
        #expect(try await open(3).recorded(Sample.turn(1))?.result == large)
    }

    private func nested(_ depth: Int) -> JSONValue { (0..<depth).reduce(.null) { value, _ in .array([value]) } }

    @Test func readsBackTheDeepestValueAndRefusesADeeperOne() async throws {
        let first = try await open(1)
        for (turn, depth) in [0, 1, 64, 65, 127, 128].enumerated() {
            try await first.record(Sample.turn(turn + 1, result: nested(depth)))
        }
        await #expect(throws: CheckpointError.valueTooDeep(.turn(7), limit: 128)) {
            try await first.record(Sample.turn(7, result: nested(129)))
        }
        let second = try await open(2)
        for (turn, depth) in [0, 1, 64, 65, 127, 128].enumerated() {
            #expect(try await second.recorded(Sample.turn(turn + 1))?.result == nested(depth))
        }
    }

    @Test func refusesARecordThatNoReaderAccepts() async throws {
        let attempt = try await open(1)
        var step = Sample.turn(1)
        step.usage = .string(String(repeating: "x", count: 1 << 20))
        let error = await #expect(throws: CheckpointError.self) { try await attempt.record(step) }
        guard case .recordTooLarge(.turn(1), _, 1 << 20) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // The journal is none the worse.
        try await attempt.record(Sample.turn(2))
        #expect(try await open(2).positions == ["t0002"])
    }

    // MARK: Repair

    @Test func offersTheAnswerThatTheNextTurnRepeats() async throws {
        let first = try await open(1)
        try await first.record(Sample.turn(1, result: "the answer"))
        try await first.record(Sample.step(.turn(2), carries: [["role": "assistant", "content": "the answer"]]))
        try damage("the answer", in: Sample.journal(1))
        let second = try await open(2)
        #expect(try await second.lookup(.turn(1), Sample.turn(1).fingerprint) == .damaged)
        #expect(try await second.carried(by: .turn(3)) == [])
        let carried = try await second.carried(by: .turn(2))
        #expect(carried.map(\.value) == [[["role": "assistant", "content": "the answer"]]])
        #expect(carried.map(\.fingerprint) == [Sample.turn(2).fingerprint])
    }

    // MARK: Failure and end

    @Test func buildsNothingOnAJournalThatFailed() async throws {
        let attempt = try await open(1)
        try await attempt.record(Sample.turn(1))
        let error = CheckpointError.journalFailed(Sample.journal(1), cause: .storeFull(path: "x"))
        store.refuseAppends(.storeFull(path: "x"))
        await #expect(throws: error) { try await attempt.record(Sample.turn(2)) }
        store.refuseAppends(nil)
        await #expect(throws: error) { try await attempt.record(Sample.turn(3)) }
        #expect(try await attempt.recorded(Sample.turn(2)) == nil)
        #expect(attempt.statistics.recorded == 1)
        #expect(try await open(2).positions == ["t0001"])
    }

    @Test func doesNotBeginWhenTheMarkCannotBeWritten() async throws {
        _ = try await open(1)
        store.refuseAppends(.storeReadOnly(path: "x"))
        await #expect(throws: CheckpointError.journalFailed(Sample.journal(2), cause: .storeReadOnly(path: "x"))) {
            try await open(2)
        }
    }

    /// A first attempt has nothing to draw a line under.
    @Test func writesTheMarkOfAFirstAttemptWithItsFirstRecord() async throws {
        let first = try await open(1)
        #expect(store.bytes(of: Sample.journal(1)).isEmpty)
        try await first.record(Sample.turn(1))
        try await first.record(Sample.turn(2))
        #expect(store.batches(of: Sample.journal(1)).count == 2)
        #expect(try await open(2).positions == ["t0001", "t0002"])
        #expect(!store.bytes(of: Sample.journal(2)).isEmpty)
        // What follows the first line is found where it is said to be.
        #expect(try await first.recorded(Sample.turn(2))?.result == "done")
        #expect(try await first.recorded(Sample.turn(1))?.result == "done")
    }

    @Test func takesNothingAfterItWasClosed() async throws {
        let attempt = try await open(1)
        try await attempt.record(Sample.turn(1))
        attempt.close()
        await #expect(throws: CheckpointError.journalClosed(Sample.journal(1))) {
            try await attempt.record(Sample.turn(2))
        }
        #expect(try await attempt.recorded(Sample.turn(1)) != nil)
    }

    @Test func recordsAlthoughItsTaskIsCancelled() async throws {
        let attempt = try await open(1)
        let gate = store.shut(Sample.journal(1))
        try await withThrowingTaskGroup { group in
            group.addTask { try await attempt.record(Sample.turn(1)) }
            await gate.waitForCallers(1)
            group.cancelAll()
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await open(2).positions == ["t0001"])
    }

    @Test func sharesOneWriteAmongStepsThatEndTogether() async throws {
        let attempt = try await open(1)
        let gate = store.shut(Sample.journal(1))
        try await withThrowingTaskGroup { group in
            group.addTask { try await attempt.record(Sample.turn(1)) }
            await gate.waitForCallers(1)
            for call in 1...64 {
                group.addTask { try await attempt.record(Sample.step(.toolCall(call, ofTurn: 1))) }
            }
            gate.open()
            try await group.waitForAll()
        }
        let second = try await open(2)
        #expect(second.checkpoints.count == 65)
        for call in 1...64 { #expect(try await second.recorded(Sample.step(.toolCall(call, ofTurn: 1))) != nil) }
        #expect(second.checkpoints.damage == DamageReports())
    }

    @Test func countsWhatWasNeverAskedFor() async throws {
        let first = try await open(1)
        for turn in 1...4 { try await first.record(Sample.turn(turn)) }
        let second = try await open(2)
        for turn in [1, 2, 2] { _ = try await second.recorded(Sample.turn(turn)) }
        try await second.record(Sample.turn(3, variant: "changed"))
        #expect(second.neverReplayed.map(\.position) == [.turn(3), .turn(4)])
        #expect(second.statistics == CheckpointStatistics(inherited: 4, replayed: 2, recorded: 1, damaged: 0))
    }

    @Test func loadsTenThousandRecords() async throws {
        let first = try await open(1)
        try await withThrowingTaskGroup { group in
            for turn in 1...10_000 { group.addTask { try await first.record(Sample.turn(turn)) } }
            try await group.waitForAll()
        }
        let second = try await open(2)
        #expect(second.checkpoints.count == 10_000)
        #expect(second.statistics.damaged == 0)
        for turn in [1, 5000, 10_000] { #expect(try await second.recorded(Sample.turn(turn)) != nil) }
    }

    @Test func letsAReaderGoThroughAllRecords() async throws {
        let first = try await open(1)
        for turn in 1...3 { try await first.record(Sample.turn(turn, result: .integer(Int64(turn)))) }
        let reader = CheckpointReader(store: store)
        var results: [StoredValue] = []
        for entry in try await reader.history(of: Sample.job).steps {
            results.append(try #require(try await reader.record(entry)).result)
        }
        #expect(results == [.inline(1), .inline(2), .inline(3)])
    }
}
