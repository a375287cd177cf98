/// What a worker knows about its session's lease, told by its own monotonic clock.
///
/// The lease is counted from the moment at which the last successful renewal was *sent*, so the worker's view always
/// ends before the database's.
package struct LeaseStateMachine<Instant: InstantProtocol>: Equatable, Sendable where Instant.Duration == Duration {
    package enum State: Equatable, Sendable {
        /// The lease is ours until `expiresAt`; may become `renewing` or `lost`.
        case held(expiresAt: Instant)
        /// A renewal sent at `sentAt` is on its way, the old end still counts; may become `held` or `lost`.
        case renewing(expiresAt: Instant, sentAt: Instant)
        /// The lease is over; nothing may be started or written any more.
        case lost
    }

    package enum Action: Equatable, Sendable {
        case sendRenewal
        case stopWork
        case none
    }

    /// How long the database grants with each renewal.
    package let length: Duration
    /// How much earlier than the database the worker gives up.
    package let margin: Duration
    package private(set) var state: State

    /// A lease that was granted by a statement sent at `sentAt`.
    package init(length: Duration, margin: Duration, sentAt: Instant) {
        self.length = length
        self.margin = margin
        state = .held(expiresAt: sentAt.advanced(by: length - margin))
    }

    /// The moment at which work must stop unless a renewal succeeds; nil when the lease is lost.
    package var expiresAt: Instant? {
        switch state {
        case .held(let expiresAt), .renewing(let expiresAt, _): expiresAt
        case .lost: nil
        }
    }

    /// It is time to renew, or to look whether the lease has run out.
    package mutating func timerFired(at now: Instant) -> Action {
        switch state {
        case .held(let expiresAt) where now < expiresAt:
            state = .renewing(expiresAt: expiresAt, sentAt: now)
            return .sendRenewal
        case .renewing(let expiresAt, _) where now < expiresAt:
            return .none
        case .held, .renewing:
            state = .lost
            return .stopWork
        case .lost:
            return .none
        }
    }

    /// The database renewed the lease.
    package mutating func renewalAnswered(at now: Instant) -> Action {
        switch state {
        case .renewing(let expiresAt, let sentAt):
            guard now < expiresAt else {
                state = .lost
                return .stopWork
            }
            state = .held(expiresAt: sentAt.advanced(by: length - margin))
            return .none
        case .held, .lost:
            return .none
        }
    }

    /// The renewal could not be sent or got no answer; the old end still counts.
    package mutating func renewalFailed(at now: Instant) -> Action {
        switch state {
        case .renewing(let expiresAt, _) where now < expiresAt:
            state = .held(expiresAt: expiresAt)
            return .none
        case .renewing:
            state = .lost
            return .stopWork
        case .held, .lost:
            return .none
        }
    }

    /// The database says that the session has ended.
    package mutating func renewalRefused() -> Action {
        switch state {
        case .held, .renewing:
            state = .lost
            return .stopWork
        case .lost:
            return .none
        }
    }
}
