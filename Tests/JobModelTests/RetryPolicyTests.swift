import JobModel
import TestSupport
import Testing

@Suite struct RetryPolicyTests {
    @Test(arguments: [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (60, 300)])
    func doublesTheWaitUpToItsLimit(failures: Int, seconds: Int) {
        #expect(RetryPolicy().delay(afterFailures: failures) == .seconds(seconds))
    }

    @Test func failsAfterTheLastAttempt() {
        var generator = SeededGenerator(seed: 1)
        let policy = RetryPolicy(maximumAttempts: 3)
        #expect(policy.decision(afterFailures: 3, isPermanent: false, using: &generator) == .fail)
        #expect(policy.decision(afterFailures: 1, isPermanent: true, using: &generator) == .fail)
        #expect(policy.decision(afterFailures: 2, isPermanent: false, using: &generator) != .fail)
    }

    @Test func spreadsTheWaitsBetweenHalfAndAll() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            guard
                case .retry(let delay) = RetryPolicy().decision(
                    afterFailures: 2,
                    isPermanent: false,
                    using: &generator
                )
            else { return #expect(Bool(false), "the policy must retry") }
            #expect(delay >= .seconds(2) && delay <= .seconds(4))
        }
    }
}
