/// How often, and how far apart, a failed job is tried again.
package struct RetryPolicy: Equatable, Sendable {
    /// The most attempts that may fail, the first one included; at least 1, by default 3.
    package var maximumAttempts: Int

    /// The wait after the first failure, by default 2 seconds; it doubles with each further one.
    package var baseDelay: Duration

    /// The longest wait between two attempts, by default 5 minutes.
    package var maximumDelay: Duration

    package init(maximumAttempts: Int = 3, baseDelay: Duration = .seconds(2), maximumDelay: Duration = .seconds(300)) {
        self.maximumAttempts = maximumAttempts
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
    }

    /// Returns the wait before the attempt that follows the `failures`-th failure, without jitter.
    ///
    /// - Precondition: `failures` is at least 1.
    package func delay(afterFailures failures: Int) -> Duration {
        precondition(failures >= 1, "failures are counted from 1, got \(failures)")
        return min(baseDelay * (1 << min(failures - 1, 30)), maximumDelay)
    }

    /// Returns what becomes of a job after its `failures`-th failure.
    ///
    /// - Parameter failures: How many attempts have failed, this one included; lost workers are not counted.
    /// - Parameter isPermanent: Whether another attempt cannot help.
    /// - Parameter generator: Spreads the waits: each is drawn between half of its length and all of it.
    package func decision(
        afterFailures failures: Int,
        isPermanent: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> RetryDecision {
        guard !isPermanent, failures < maximumAttempts else { return .fail }
        let delay = delay(afterFailures: failures)
        return .retry(after: delay * Double.random(in: 0.5...1, using: &generator))
    }
}

/// What becomes of a job whose attempt failed.
package enum RetryDecision: Equatable, Sendable {
    case retry(after: Duration)
    case fail
}
