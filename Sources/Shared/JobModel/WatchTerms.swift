/// How long a run, or a job of it, may wait or take, and what happens when it does for longer.
package struct WatchTerms: Equatable, Hashable, Sendable {
    /// What is measured, always by the database's clock.
    package enum Kind: String, CaseIterable, Sendable {
        /// How long a job is pending without being claimed, each time.
        case queue
        /// How long a job takes from the start of its first attempt, with all attempts and pauses between them.
        case total
        /// How long it is since the run was submitted, or last retried.
        case deadline
    }

    /// What happens when the time is up, besides that somebody is told of a deadline.
    package enum Otherwise: String, CaseIterable, Sendable {
        /// Nothing more.
        case tell
        /// The job fails; of a run, all that is unfinished is cancelled, and the run fails.
        case fail
        /// The run is cancelled.
        case cancel
    }

    package let kind: Kind
    package let length: Duration
    package let otherwise: Otherwise

    package init(_ kind: Kind, _ length: Duration, otherwise: Otherwise = .fail) {
        self.kind = kind
        self.length = length
        self.otherwise = otherwise
    }
}
