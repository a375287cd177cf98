/// How often, and how far apart, a failed job is tried again.
package struct RetryPolicy: Equatable, Sendable {
    /// How the waits grow.
    package enum Growth: String, CaseIterable, Sendable {
        case constant
        /// Each wait is twice the one before.
        case exponential
    }

    /// How waits are spread, so that what failed together does not come again together.
    package enum Jitter: String, CaseIterable, Sendable {
        case none
        /// Between half of the wait and all of it.
        case half
        /// Between nothing and all of it.
        case full
    }

    /// What is otherwise for faults of one kind; nil leaves what the policy says.
    package struct Exception: Equatable, Sendable {
        package var maximumAttempts: Int?
        package var baseDelay: Duration?
        package var maximumDelay: Duration?
        package var growth: Growth?

        package init(
            maximumAttempts: Int? = nil,
            baseDelay: Duration? = nil,
            maximumDelay: Duration? = nil,
            growth: Growth? = nil
        ) {
            self.maximumAttempts = maximumAttempts
            self.baseDelay = baseDelay
            self.maximumDelay = maximumDelay
            self.growth = growth
        }

        /// Such a fault is not tried again.
        package static let never = Exception(maximumAttempts: 1)
    }

    /// The longest wait that somebody else may ask for.
    package static let longestRetryAfter = Duration.seconds(3600)

    /// The most attempts that may fail, the first one included; at least 1, by default 3.
    package var maximumAttempts: Int

    /// The wait after the first failure, by default 2 seconds.
    package var baseDelay: Duration

    /// The longest wait between two attempts, by default 5 minutes.
    package var maximumDelay: Duration

    /// By default `exponential`.
    package var growth = Growth.exponential

    /// By default `half`.
    package var jitter = Jitter.half

    /// What is otherwise, by the code of a failure or the kind of its fault.
    package var exceptions: [String: Exception] = [:]

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
        switch growth {
        case .constant: return min(baseDelay, maximumDelay)
        case .exponential: return min(baseDelay * (1 << min(failures - 1, 30)), maximumDelay)
        }
    }

    /// Returns what becomes of a job after its `failures`-th failure.
    ///
    /// - Parameter failures: How many attempts have failed, this one included; lost workers are not counted.
    /// - Parameter isPermanent: Whether another attempt cannot help.
    /// - Parameter generator: Spreads the waits.
    package func decision(
        afterFailures failures: Int,
        isPermanent: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> RetryDecision {
        guard !isPermanent, failures < maximumAttempts else { return .fail }
        let delay = delay(afterFailures: failures)
        switch jitter {
        case .none: return .retry(after: delay)
        case .half: return .retry(after: delay * Double.random(in: 0.5...1, using: &generator))
        case .full: return .retry(after: delay * Double.random(in: 0...1, using: &generator))
        }
    }

    /// Returns what becomes of a job after its `failures`-th failure, by what that one was.
    ///
    /// A fault that cannot go away is never tried again, whatever the policy says. Where whoever refused asks for a longer
    /// wait, it gets it, up to `longestRetryAfter`.
    package func decision(
        after failure: JobFailure,
        failures: Int,
        using generator: inout some RandomNumberGenerator
    ) -> RetryDecision {
        let decision = policy(for: failure).decision(
            afterFailures: failures,
            isPermanent: failure.isPermanent,
            using: &generator
        )
        guard case .retry(let delay) = decision, let asked = failure.retryAfter else { return decision }
        return .retry(after: max(delay, min(asked, Self.longestRetryAfter)))
    }

    /// The policy with what is otherwise for a failure: by its code or, where that says nothing, by the kind of its fault.
    private func policy(for failure: JobFailure) -> RetryPolicy {
        guard let exception = failure.names.lazy.compactMap({ exceptions[$0] }).first else { return self }
        var policy = self
        policy.maximumAttempts = exception.maximumAttempts ?? maximumAttempts
        policy.baseDelay = exception.baseDelay ?? baseDelay
        policy.maximumDelay = max(exception.maximumDelay ?? maximumDelay, policy.baseDelay)
        policy.growth = exception.growth ?? growth
        return policy
    }
}

/// What becomes of a job whose attempt failed.
package enum RetryDecision: Equatable, Sendable {
    case retry(after: Duration)
    case fail
}
