import JobModel
import Testing

@Suite struct LeaseStateMachineTests {
    /// An instant of a clock that tests turn by hand.
    struct Moment: InstantProtocol {
        let offset: Duration
        func advanced(by duration: Duration) -> Moment { Moment(offset: offset + duration) }
        func duration(to other: Moment) -> Duration { other.offset - offset }
        static func < (left: Moment, right: Moment) -> Bool { left.offset < right.offset }
        static func at(_ seconds: Double) -> Moment { Moment(offset: .seconds(seconds)) }
    }

    typealias Machine = LeaseStateMachine<Moment>

    static func machine() -> Machine { Machine(length: .seconds(15), margin: .seconds(3), sentAt: .at(0)) }

    @Test func endsEarlierThanTheDatabaseThinks() {
        #expect(Self.machine().expiresAt == .at(12))
    }

    @Test func countsFromTheMomentTheRenewalWasSent() {
        var machine = Self.machine()
        #expect(machine.timerFired(at: .at(5)) == .sendRenewal)
        #expect(machine.renewalAnswered(at: .at(9)) == .none)
        #expect(machine.expiresAt == .at(17))
    }

    @Test func keepsTheOldEndWhileARenewalIsOnItsWay() {
        var machine = Self.machine()
        #expect(machine.timerFired(at: .at(5)) == .sendRenewal)
        #expect(machine.timerFired(at: .at(10)) == .none)
        #expect(machine.timerFired(at: .at(12)) == .stopWork)
        #expect(machine.expiresAt == nil)
    }

    @Test func ignoresAnAnswerThatComesAfterTheEnd() {
        var machine = Self.machine()
        _ = machine.timerFired(at: .at(11))
        #expect(machine.renewalAnswered(at: .at(13)) == .stopWork)
        #expect(machine.renewalAnswered(at: .at(14)) == .none)
        #expect(machine.expiresAt == nil)
    }

    @Test func triesAgainAfterAFailureUntilTheEnd() {
        var machine = Self.machine()
        _ = machine.timerFired(at: .at(5))
        #expect(machine.renewalFailed(at: .at(6)) == .none)
        #expect(machine.timerFired(at: .at(7)) == .sendRenewal)
        #expect(machine.renewalFailed(at: .at(12)) == .stopWork)
    }

    @Test func stopsAtOnceWhenTheDatabaseSaysSo() {
        var machine = Self.machine()
        _ = machine.timerFired(at: .at(5))
        #expect(machine.renewalRefused() == .stopWork)
        #expect(machine.renewalRefused() == .none)
        #expect(machine.timerFired(at: .at(6)) == .none)
    }

    @Test func givesUpAtOnceWhenWokenAfterTheEnd() {
        var machine = Self.machine()
        #expect(machine.timerFired(at: .at(3600)) == .stopWork)
    }
}
