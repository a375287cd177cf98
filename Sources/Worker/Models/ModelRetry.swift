/// Whether and when a model is asked again after an error.
package struct ModelRetry: Equatable, Sendable {
    /// What to do after an error.
    package enum Decision: Equatable, Sendable {
        case wait(Duration)
        case giveUp
    }

    /// The most times a question is asked, the first included; at least 1, by default 4.
    package var maximumTries = 4
    /// The wait after the first error, by default 1 second; it doubles with each further one.
    package var baseDelay: Duration = .seconds(1)
    /// The longest wait of the machine's own choice, by default 30 seconds.
    package var maximumDelay: Duration = .seconds(30)
    /// The longest wait a provider may ask for, by default 120 seconds; a longer one is cut down to it.
    package var maximumRetryAfter: Duration = .seconds(120)

    /// The defaults.
    package init() {}

    /// Decides what follows an error.
    ///
    /// The wait is taken at random between half of the doubled delay and the whole of it. It is never shorter than what
    /// the provider asked for, up to `maximumRetryAfter`; to that, at most a quarter of `baseDelay` is added at random
    /// so that many callers do not come back in the same moment.
    ///
    /// - Parameters:
    ///   - error: The error of the last try.
    ///   - tries: How many times the question was asked, at least 1.
    package func decision(
        after error: ModelError,
        tries: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Decision {
        precondition(tries >= 1, "tries are counted from 1, got \(tries)")
        guard error.isRetryable, tries < maximumTries else { return .giveUp }
        let delay = min(baseDelay * (1 << min(tries - 1, 30)), maximumDelay)
        let backoff = delay * Double.random(in: 0.5..<1, using: &generator)
        guard let retryAfter = error.retryAfter else { return .wait(backoff) }
        let spread = baseDelay * Double.random(in: 0..<0.25, using: &generator)
        return .wait(max(backoff, min(retryAfter, maximumRetryAfter) + spread))
    }
}
