import JobModel
import Synchronization

/// How many calls of each attempt are under way in this process.
final class LocalCalls: Sendable {
    private struct Attempt: Hashable { let job: JobID, epoch: LeaseEpoch }

    private let counts = Mutex<[Attempt: Int]>([:])

    func began(_ job: GatewayJob) {
        counts.withLock { $0[Attempt(job: job.job, epoch: job.epoch), default: 0] += 1 }
    }

    func ended(_ job: GatewayJob) {
        let attempt = Attempt(job: job.job, epoch: job.epoch)
        counts.withLock { counts in
            counts[attempt, default: 0] -= 1
            if counts[attempt] == 0 { counts[attempt] = nil }
        }
    }

    func count(of job: GatewayJob) -> Int {
        counts.withLock { $0[Attempt(job: job.job, epoch: job.epoch), default: 0] }
    }

    /// Whether calls of the job's earlier attempts are under way.
    func hasEarlier(than job: GatewayJob) -> Bool {
        counts.withLock { $0.keys.contains { $0.job == job.job && $0.epoch < job.epoch } }
    }
}
