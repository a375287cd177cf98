package import JobModel

/// A lease that was taken out of its worker's hands: somebody has ended its job from outside.
///
/// Leases of later epochs are none of its business. It may be told late, when the job was tried again.
package struct Fence: Hashable, Sendable {
    package let job: JobID
    package let epoch: LeaseEpoch

    package init(job: JobID, epoch: LeaseEpoch) {
        self.job = job
        self.epoch = epoch
    }

    /// Nil when a notification's payload is none.
    package init?(payload: String) {
        let numbers = payload.split(separator: " ", omittingEmptySubsequences: false).map { Int64($0) }
        guard numbers.count == 2, let job = numbers[0], let epoch = numbers[1] else { return nil }
        self.init(job: JobID(rawValue: job), epoch: LeaseEpoch(rawValue: epoch))
    }

    /// What a notification says of it.
    package var payload: String { "\(job) \(epoch)" }
}
