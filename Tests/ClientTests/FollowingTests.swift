import HTTPTransport
import JobModel
import Testing

@testable import Client

@Suite struct FollowingTests {
    private func page(_ numbers: [Int64], next: Int64, final: Bool = false) -> LogPage {
        LogPage(lines: numbers.map { LogLine(["number": .integer($0)]) }, next: next, isFinal: final)
    }

    @Test func leavesOutLinesThatWereSeen() {
        var cursor = LogCursor()
        var seen: [[Int64]] = []
        var moves: [LogCursor.Move] = []
        // 4 is committed after 5 was read; limit 3.
        for page in [
            page([1, 2, 3], next: 3), page([5], next: 3), page([4, 5], next: 3), page([4, 5, 6], next: 3),
            page([], next: 6), page([], next: 6, final: true),
        ] {
            let (lines, move) = cursor.arrived(page, limit: 3)
            seen.append(lines.map(\.number))
            moves.append(move)
        }
        #expect(seen == [[1, 2, 3], [5], [4], [6], [], []])
        #expect(moves == [.askAgain, .wait, .wait, .hold, .wait, .stop])
        #expect(cursor.after == 6)
    }

    /// A look at a run of very many steps is work for its scheduler.
    @Test func looksLessOftenWhereALookTakesLong() {
        #expect(RunFollower.wait(unchanged: 0, took: .milliseconds(5)) == .milliseconds(200))
        #expect(RunFollower.wait(unchanged: 50, took: .milliseconds(5)) == .milliseconds(300))
        #expect(RunFollower.wait(unchanged: 0, took: .milliseconds(500)) == .seconds(2))
        #expect(RunFollower.wait(unchanged: 0, took: .seconds(30)) == .seconds(10))
    }

    @Test func tellsAnAnswerThatIsTooLargeFromNone() {
        let error = SchedulerAPI.fault(.tooLarge(limit: 100), address: "http://h")
        #expect(error.exitStatus == .unreachable)
        #expect(error.message.hasPrefix("http://h answers, but the response is larger than 100 bytes; "))
    }

    @Test func asksAgainForABoundedTime() {
        var patience = Patience<ContinuousClock.Instant>(limit: .seconds(10))
        let start = ContinuousClock.now
        let wasAway = patience.answered()
        #expect(!wasAway)
        let action1 = patience.failed(at: start)
        #expect(action1 == .askAgain(after: .milliseconds(200), isFirst: true))
        let action2 = patience.failed(at: start + .seconds(1))
        #expect(action2 == .askAgain(after: .milliseconds(400), isFirst: false))
        let isBack = patience.answered()
        #expect(isBack)
        let action3 = patience.failed(at: start + .seconds(2))
        #expect(action3 == .askAgain(after: .milliseconds(200), isFirst: true))
        let action4 = patience.failed(at: start + .seconds(12))
        #expect(action4 == .giveUp)
    }

    @Test func startsAProcessAgainAFewTimes() {
        var policy = RestartPolicy<ContinuousClock.Instant>(limit: 2, window: .seconds(60))
        let start = ContinuousClock.now
        let action5 = policy.ended(at: start)
        #expect(action5 == .restart(after: .seconds(1)))
        let action6 = policy.ended(at: start + .seconds(1))
        #expect(action6 == .restart(after: .seconds(1)))
        let action7 = policy.ended(at: start + .seconds(2))
        #expect(action7 == .giveUp)
        let action8 = policy.ended(at: start + .seconds(90))
        #expect(action8 == .restart(after: .seconds(1)))
    }
}
