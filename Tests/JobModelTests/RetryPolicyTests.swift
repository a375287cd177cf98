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

    @Test func aConstantWaitStaysTheSame() {
        var policy = RetryPolicy(baseDelay: .seconds(3), maximumDelay: .seconds(10))
        policy.growth = .constant
        policy.jitter = .none
        var generator = SeededGenerator(seed: 1)
        #expect(policy.decision(afterFailures: 2, isPermanent: false, using: &generator) == .retry(after: .seconds(3)))
    }

    /// By code, then by kind; what cannot go away is never tried again.
    @Test(
        arguments: [
            (
                JobFailure(code: "http-status", message: "", kind: .rateLimit), 5,
                RetryDecision.retry(after: .seconds(30))
            ),
            (JobFailure(code: "http-status", message: "", kind: .rateLimit), 6, .fail),
            (JobFailure(code: "timeout", message: "", kind: .timeout), 1, .fail),
            (JobFailure(code: "special", message: "", kind: .rateLimit), 1, .retry(after: .seconds(1))),
            (JobFailure(code: "other", message: ""), 2, .retry(after: .seconds(4))),
            (JobFailure(code: "other", message: ""), 3, .fail),
            (JobFailure(code: "http-status", message: "", isPermanent: true, kind: .rateLimit), 1, .fail),
            (JobFailure(code: "other", message: "", retryAfter: .seconds(90)), 1, .retry(after: .seconds(90))),
            (JobFailure(code: "other", message: "", retryAfter: .seconds(1)), 2, .retry(after: .seconds(4))),
            (JobFailure(code: "other", message: "", retryAfter: .seconds(86400)), 1, .retry(after: .seconds(3600))),
        ]
    ) func tellsFaultsApart(_ failure: JobFailure, _ failures: Int, _ decision: RetryDecision) {
        var policy = RetryPolicy()
        policy.jitter = .none
        policy.exceptions = [
            "rate-limit": .init(maximumAttempts: 6, baseDelay: .seconds(30), growth: .constant),
            "special": .init(baseDelay: .seconds(1)), "timeout": .never,
        ]
        var generator = SeededGenerator(seed: 1)
        #expect(policy.decision(after: failure, failures: failures, using: &generator) == decision)
    }
}
