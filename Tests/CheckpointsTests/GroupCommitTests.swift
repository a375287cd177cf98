import Testing

@testable import Checkpoints

@Suite struct GroupCommitTests {
    private var machine = GroupCommit<Int>(journal: Sample.journal(1))
    private let line = Array("12345".utf8)

    private func turns(_ messages: [GroupCommit<Int>.Message]) -> [Int: CommitTurn] {
        Dictionary(uniqueKeysWithValues: messages.map { ($0.waiter, $0.turn) })
    }

    @Test mutating func letsASingleRecordGoAtOnce() {
        #expect(turns(machine.appended(line, waiter: 1)) == [1: .lead(batch: line, offset: 0)])
        #expect(turns(machine.committed()) == [:])
        #expect(turns(machine.appended(line, waiter: 2)) == [2: .lead(batch: line, offset: 5)])
    }

    @Test mutating func putsThoseWhoComeMeanwhileInOneBatch() {
        _ = machine.appended(line, waiter: 1)
        for waiter in 2...4 { #expect(turns(machine.appended(line, waiter: waiter)) == [:]) }
        #expect(turns(machine.committed()) == [2: .lead(batch: line + line + line, offset: 5)])
        #expect(turns(machine.appended(line, waiter: 5)) == [:])
        #expect(
            turns(machine.committed()) == [
                3: .done(offset: 10), 4: .done(offset: 15), 5: .lead(batch: line, offset: 20),
            ]
        )
        #expect(turns(machine.committed()) == [:])
    }

    @Test mutating func boundsABatch() {
        let large = Array(repeating: UInt8(ascii: "x"), count: GroupCommit<Int>.maximumBatchByteCount / 2)
        _ = machine.appended(line, waiter: 1)
        for waiter in 2...5 { _ = machine.appended(large, waiter: waiter) }
        #expect(turns(machine.committed())[2] == .lead(batch: large + large, offset: 5))
        #expect(Set(turns(machine.committed()).keys) == [3, 4])
        #expect(turns(machine.committed()) == [5: .done(offset: 5 + 3 * large.count)])
    }

    @Test mutating func writesNothingAfterAnError() {
        _ = machine.appended(line, waiter: 1)
        _ = machine.appended(line, waiter: 2)
        _ = machine.committed()
        _ = machine.appended(line, waiter: 3)
        let error = CheckpointError.journalFailed(Sample.journal(1), cause: .storeFull(path: "j"))
        #expect(turns(machine.failed(.storeFull(path: "j"))) == [3: .refused(error)])
        #expect(turns(machine.appended(line, waiter: 4)) == [4: .refused(error)])
        machine.closed()
        #expect(turns(machine.appended(line, waiter: 5)) == [5: .refused(error)])
    }

    @Test mutating func writesWhatCameBeforeItWasClosed() {
        let error = CheckpointError.journalClosed(Sample.journal(1))
        _ = machine.appended(line, waiter: 1)
        _ = machine.appended(line, waiter: 2)
        machine.closed()
        #expect(turns(machine.appended(line, waiter: 3)) == [3: .refused(error)])
        #expect(turns(machine.committed()) == [2: .lead(batch: line, offset: 5)])
        #expect(turns(machine.appended(line, waiter: 4)) == [4: .refused(error)])
        #expect(turns(machine.committed()) == [:])
        #expect(turns(machine.appended(line, waiter: 5)) == [5: .refused(error)])
    }
}
