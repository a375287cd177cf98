package import JobModel

/// A place in the order in which the jobs of a queue are claimed.
package struct QueuePlace: Comparable, Sendable {
    /// The priority turned round: lower goes first.
    package let rank: Int
    /// When the job became pending, in seconds since 1970 on the database's clock.
    package let availableAt: Double
    package let job: JobID

    package init(rank: Int, availableAt: Double, job: JobID) {
        self.rank = rank
        self.availableAt = availableAt
        self.job = job
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.rank, left.availableAt, left.job) < (right.rank, right.availableAt, right.job)
    }
}
