import JobModel
import Models
import Storage
import Synchronization

/// The place of one call among those that the limits of its connection allow: it has one at most.
final class CallPlace: Sendable {
    private let number = Mutex<Int64?>(nil)

    func take(_ number: Int64?) { self.number.withLock { $0 = number } }

    /// The place, which is given back then.
    func giveBack() -> Int64? {
        number.withLock { number in
            defer { number = nil }
            return number
        }
    }
}

/// The limits of the call's connection.
extension LiveCall {
    /// More tokens than any model writes.
    private static let longestAnswer = 1 << 30

    /// Waits until the connection may be called.
    ///
    /// - Throws: `Suspension` when that would take too long.
    func enter() async throws {
        guard request.format.isPaid else { return }
        place.take(
            try await stores.gates.enter(
                request.connection.name,
                request.connection.limits,
                ConnectionGates.Caller(job: job.job, epoch: job.epoch),
                tokens: request.body.count / ConnectionGates.bytesOfToken
                    + min(request.longestAnswer ?? ConnectionGates.unknownOutput, Self.longestAnswer)
            ) { if await attempt.isClosed { throw GatewayAttempt.over } }
        )
    }

    /// Makes room for others.
    ///
    /// - Parameter usage: What the call took; nil when nobody knows.
    func leave(_ usage: TokenUsage?) async {
        guard let number = place.giveBack() else { return }
        await stores.gates.leave(number, tokens: usage.map { $0.input + $0.output })
    }
}
