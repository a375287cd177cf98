import Testing

@testable import Gateway

@Suite struct ArrivalStateMachineTests {
    private typealias Machine = ArrivalStateMachine<ContinuousClock.Instant>
    private static let start = ContinuousClock.now
    private static let end = start.advanced(by: Machine.longestArrival)

    @Test func refusesARequestThatNeverArrives() {
        var machine = Machine()
        #expect(machine.bytesCame(at: Self.start) == .look(at: Self.end))
        // One byte a second is no progress.
        #expect(machine.bytesCame(at: Self.start.advanced(by: .seconds(1))) == .none)
        #expect(machine.timerFired(at: Self.start.advanced(by: .seconds(2))) == .look(at: Self.end))
        #expect(machine.timerFired(at: Self.end) == .refuse)
        let close = Self.end.advanced(by: Machine.longestFarewell)
        #expect(machine.refused(at: Self.end) == .look(at: close))
        #expect(machine.isRefused)
        #expect(machine.bytesCame(at: Self.end) == .none)
        #expect(machine.timerFired(at: close) == .close)
    }

    @Test func leavesAConnectionAloneWhoseRequestsArrive() {
        var machine = Machine()
        _ = machine.bytesCame(at: Self.start)
        machine.requestArrived()
        #expect(machine.timerFired(at: Self.end) == .none)
        #expect(!machine.isIdle)
        machine.answered()
        #expect(machine.isIdle)
        #expect(machine.timerFired(at: Self.end) == .none)
    }

    /// The gateway reads no further request of a connection before it has answered the last one.
    @Test func doesNotCountItsOwnTime() {
        var machine = Machine()
        _ = machine.bytesCame(at: Self.start)
        machine.requestArrived()
        _ = machine.bytesCame(at: Self.start)
        let later = Self.end.advanced(by: Machine.longestArrival)
        #expect(machine.timerFired(at: Self.end) == .look(at: later))
        machine.answered()
        #expect(machine.timerFired(at: later) == .refuse)
    }

    /// A refusal is often answered before the body has arrived.
    @Test func countsAnswersThatCameEarly() {
        var machine = Machine()
        _ = machine.bytesCame(at: Self.start)
        machine.answered()
        #expect(machine.owed == -1)
        #expect(machine.isIdle)
        machine.requestArrived()
        #expect(machine.owed == 0)
        #expect(machine.state == .quiet)
    }
}
