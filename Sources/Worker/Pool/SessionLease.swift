import JobModel
import Synchronization

/// The lease of this process's session, as any part of the process may ask for it.
final class SessionLease: Sendable {
    typealias Machine = LeaseStateMachine<ContinuousClock.Instant>

    private let machine: Mutex<Machine>

    /// - Parameter sentAt: When the statement that granted the lease was sent.
    init(length: Duration, sentAt: ContinuousClock.Instant) {
        machine = Mutex(Machine(length: length, margin: length / 5, sentAt: sentAt))
    }

    /// Whether work may be started and written now.
    var isHeld: Bool {
        guard let expiresAt else { return false }
        return ContinuousClock.now < expiresAt
    }

    /// When work must stop unless the lease is renewed; nil when it is lost.
    var expiresAt: ContinuousClock.Instant? { machine.withLock { $0.expiresAt } }

    func timerFired() -> Machine.Action { machine.withLock { $0.timerFired(at: .now) } }
    func renewalAnswered() -> Machine.Action { machine.withLock { $0.renewalAnswered(at: .now) } }
    func renewalFailed() -> Machine.Action { machine.withLock { $0.renewalFailed(at: .now) } }
    func renewalRefused() -> Machine.Action { machine.withLock { $0.renewalRefused() } }
}
