package import JobModel

/// One step of one attempt.
package struct StepDetail: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case model
        case tool
        case step
    }

    package enum State: String, CaseIterable, Sendable {
        /// Its intent is written, and nothing more.
        case started
        case recorded
        /// Its call failed; nothing was paid and nothing happened.
        case failed
        /// Nobody knows whether it was paid or happened.
        case unknown
        /// It was unknown, and a person decided that it may run again.
        case dismissed
    }

    /// Its place in the job's program, such as `t0004.2`.
    package var position: String
    package var kind: Kind
    /// The model, the tool, or the name that the handler gave.
    package var name: String
    package var effect: Effect
    package var state: State
    package var attempt: Int
    package var epoch: LeaseEpoch
    /// The tokens of a model call, as the worker wrote them; nil when nobody counted.
    package var usage: JSONValue?
    /// Nil when it cost nothing or its price is not known.
    package var cost: MicroDollars?
    /// How many calls were made for it whose outcome is unknown.
    package var unknownCalls: Int
    package var startedAt: Timestamp
    package var settledAt: Timestamp?
    package var error: String?
}
