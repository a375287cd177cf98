import Synchronization
import Threads

/// Makes one link, on a thread of its own, for who waits for it no longer than its task is wanted.
final class LinkAttempt: Sendable {
    private typealias Waiter = CheckedContinuation<PostgresLink, any Error>

    private enum State {
        case begun
        case waiting(Waiter)
        /// It has been made, or nobody waits for it any more.
        case over
    }

    private let state = Mutex(State.begun)

    /// Connects; to be called once.
    ///
    /// - Throws: `PostgresError`, or `CancellationError` when the task is cancelled. libpq cannot be interrupted, a look for
    ///   a host's name not even bounded: the thread goes on then, and closes what it has made.
    func link(to options: PostgresConnection.Options) async throws -> PostgresLink {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                guard begin(waiter) else { return waiter.resume(throwing: CancellationError()) }
                PlainThread.start(named: "pg-connect") { [self] in
                    do throws(PostgresError) {
                        let link = PostgresLink(try ConnectionHandle(connecting: options))
                        end()?.resume(returning: link)
                    } catch {
                        end()?.resume(throwing: error)
                    }
                }
            }
        } onCancel: {
            end()?.resume(throwing: CancellationError())
        }
    }

    /// - Returns: Whether anybody still waits.
    private func begin(_ waiter: Waiter) -> Bool {
        state.withLock { state in
            guard case .begun = state else { return false }
            state = .waiting(waiter)
            return true
        }
    }

    private func end() -> Waiter? {
        state.withLock { state in
            defer { state = .over }
            guard case .waiting(let waiter) = state else { return nil }
            return waiter
        }
    }
}
