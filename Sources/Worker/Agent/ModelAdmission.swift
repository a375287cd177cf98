import Models
import Storage
import Synchronization

/// The place of one step among the calls that the limits of connections allow: it has one at most.
final class ModelAdmission: Sendable {
    private let gates: ConnectionGates
    private let job: ClaimedJob
    private let call = Mutex<Int64?>(nil)

    init(_ gates: ConnectionGates, of job: ClaimedJob) {
        self.gates = gates
        self.job = job
    }

    /// Waits until the connection may be called.
    func enter(_ connection: ModelConnection, tokens: Int, check: () throws -> Void) async throws {
        let entered = try await gates.enter(
            connection.reference.connection,
            ConnectionStore.Limits(connection.limits),
            ConnectionGates.Caller(job: job.id, epoch: job.epoch),
            tokens: tokens,
            check: check
        )
        call.withLock { $0 = entered }
    }

    /// Gives the place back, if there is one.
    ///
    /// - Parameter usage: What the call took; nil when nobody knows.
    func leave(_ usage: TokenUsage? = nil) async {
        let left = call.withLock { call in
            defer { call = nil }
            return call
        }
        guard let left else { return }
        // It makes room for others, also when the job was stopped meanwhile.
        _ = try? await Shield.run { [gates] in
            await gates.leave(left, tokens: usage.map { $0.input + $0.output })
        }
    }

    /// Tells all workers that the provider asked to be left alone.
    func hold(_ connection: ModelConnection, for time: Duration) async {
        await gates.hold(connection.reference.connection, for: time)
    }
}
