import JobModel
import Testing

@testable import Gateway

@Suite struct AnswerRoomTests {
    /// A machine that may be told something within an expectation.
    private final class Machine {
        var value: AnswerRoomStateMachine

        init(limit: Int, part: Int) { value = AnswerRoomStateMachine(limit: limit, part: part) }

        func wished(_ share: Int, _ job: JobID, _ bytes: Int) -> Bool {
            value.wished(AnswerRoomStateMachine.Wish(share: share, job: job, bytes: bytes))
        }
        func gone(_ share: Int, _ job: JobID, _ bytes: Int) -> [Int] {
            value.gone(share: share, job: job, bytes: bytes)
        }
        func gaveUp(_ share: Int) -> Bool { value.gaveUp(share: share) }
    }

    private let mine = JobID(rawValue: 1)
    private let other = JobID(rawValue: 2)

    @Test func letsAnyNumberOfAnswersGrowAsLongAsThereIsRoom() {
        let machine = Machine(limit: 100, part: 100)
        for share in 1...50 { #expect(machine.wished(share, mine, 2)) }
        #expect(machine.value.held == 100)
    }

    /// Each holds a part and wants more: without the one that goes ahead nobody would ever come to its end.
    @Test func hasOneGoOnWhenAllWaitForEachOther() {
        let machine = Machine(limit: 10, part: 10)
        #expect(machine.wished(1, mine, 5))
        #expect(machine.wished(2, other, 5))
        #expect(machine.wished(1, mine, 3))
        #expect(!machine.wished(2, other, 3))
        #expect(machine.wished(1, mine, 3))
        #expect(machine.gone(1, mine, 11) == [2])
        #expect(machine.value.held == 8)
    }

    @Test func letsTheNextOneGoAheadWhenTheFirstIsGone() {
        let machine = Machine(limit: 10, part: 10)
        #expect(machine.wished(1, mine, 20))
        #expect(!machine.wished(2, mine, 20))
        #expect(!machine.wished(3, mine, 20))
        #expect(machine.gone(1, mine, 20) == [2])
        #expect(machine.gone(2, mine, 20) == [3])
        #expect(machine.gone(3, mine, 20).isEmpty)
        #expect(machine.value == AnswerRoomStateMachine(limit: 10, part: 10))
    }

    @Test func keepsWhatOneJobMayNotHaveForOthers() {
        let machine = Machine(limit: 10, part: 6)
        #expect(machine.wished(1, mine, 5))
        #expect(machine.wished(2, mine, 5))
        #expect(!machine.wished(3, mine, 1))
        #expect(!machine.wished(4, other, 1))
        #expect(machine.gone(2, mine, 5) == [3, 4])
    }

    @Test func forgetsWhoWaitsNoLonger() {
        let machine = Machine(limit: 10, part: 10)
        #expect(machine.wished(1, mine, 20))
        #expect(!machine.wished(2, mine, 1))
        #expect(machine.gaveUp(2))
        #expect(!machine.gaveUp(2))
        #expect(machine.gone(1, mine, 20).isEmpty)
        #expect(machine.value.held == 0)
    }

    @Test func takesNothingForSmallAnswers() async throws {
        let room = AnswerRoom(limit: 1, part: 1)
        let shares = (1...20).map { _ in room.share(of: mine) }
        for share in shares { try await share.hold(AnswerRoom.smallAnswer) }
        #expect(room.held == 0)
        withExtendedLifetime(shares) {}
    }

    @Test func wakesWhoWaitsWhenAnAnswerIsGone() async throws {
        let room = AnswerRoom(limit: AnswerRoom.portion, part: AnswerRoom.portion)
        var first: AnswerRoom.Share? = room.share(of: mine)
        try await first?.hold(AnswerRoom.smallAnswer + 3 * AnswerRoom.portion)
        #expect(room.held == 3 * AnswerRoom.portion)
        let second = room.share(of: other)
        async let held: Void = second.hold(AnswerRoom.smallAnswer + 1)
        while room.waiting == 0 { await Task.yield() }
        first = nil
        try await held
        #expect(room.held == AnswerRoom.portion)
    }

    @Test func leavesWhenItsTaskIsCancelled() async throws {
        let room = AnswerRoom(limit: 1, part: 1)
        let first = room.share(of: mine)
        try await first.hold(AnswerRoom.smallAnswer + 1)
        let second = room.share(of: mine)
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await second.hold(AnswerRoom.smallAnswer + 1) }
                while room.waiting == 0 { await Task.yield() }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(room.waiting == 0)
        withExtendedLifetime(first) {}
    }
}
