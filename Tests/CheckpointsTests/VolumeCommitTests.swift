import Testing

@testable import Checkpoints

@Suite struct VolumeCommitTests {
    private typealias Machine = VolumeCommit<Int>

    private var machine = Machine(canShare: true)

    private mutating func turns(_ appends: ClosedRange<Int>, at now: Int64 = 0) -> [Machine.Turn] {
        appends.map { machine.turn(of: $0, at: now) }
    }

    @Test mutating func aFewAreAloneAndTheRestAreAGroup() {
        #expect(turns(1...6) == [.alone, .alone, .alone, .lead, .wait, .wait])
        #expect(machine.nextGroup() == [4, 5, 6])
    }

    @Test mutating func whoComesMeanwhileIsTheNextGroup() {
        _ = turns(1...4)
        #expect(machine.nextGroup() == [4])
        #expect(turns(5...6) == [.wait, .wait])
        #expect(machine.nextGroup() == [5, 6])
        #expect(machine.nextGroup() == [])
        #expect(turns(7...7) == [.lead])
    }

    @Test mutating func whoHasEndedLeavesRoom() {
        _ = turns(1...3)
        machine.endedAlone()
        #expect(turns(4...5) == [.alone, .lead])
    }

    @Test mutating func aGroupIsBounded() {
        _ = turns(1...3)
        _ = turns(1...Machine.mostInGroup + 1)
        #expect(machine.nextGroup().count == Machine.mostInGroup)
        #expect(machine.nextGroup() == [Machine.mostInGroup + 1])
    }

    @Test mutating func aSlowGroupIsTheLastForAWhile() {
        _ = turns(1...3)
        machine.synchronized(in: Machine.patience, at: 1000)
        #expect(turns(4...4, at: 1001) == [.lead])
        _ = machine.nextGroup()
        machine.synchronized(in: Machine.patience + 1, at: 1000)
        #expect(turns(5...6, at: 999 + Machine.pause) == [.alone, .alone])
        #expect(turns(7...7, at: 1000 + Machine.pause) == [.wait])
    }

    @Test func whereTheFileSystemCannotShareAllAreAlone() {
        var machine = Machine(canShare: false)
        #expect((1...50).map { machine.turn(of: $0, at: 0) } == Array(repeating: .alone, count: 50))
    }
}
