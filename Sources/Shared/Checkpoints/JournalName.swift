package import JobModel

/// The one journal of one attempt; the epoch makes the name unique, so nobody else ever writes to it.
package struct JournalName: Hashable, Sendable {
    /// The job.
    package let job: JobReference
    /// The epoch of the attempt.
    package let epoch: LeaseEpoch

    /// The journal that the attempt under an epoch writes.
    package init(job: JobReference, epoch: LeaseEpoch) {
        self.job = job
        self.epoch = epoch
    }

    /// The name within the job's folder, such as `000003.journal`.
    var fileName: String { Padding.zeros(epoch.rawValue, width: 6) + Self.suffix }

    /// The epoch of the journal that is named exactly so, or nil when this is the name of something else.
    static func epoch(ofFileName fileName: String) -> LeaseEpoch? {
        guard fileName.hasSuffix(suffix), let number = Int64(fileName.dropLast(suffix.count)), number >= 1,
            Padding.zeros(number, width: 6) + suffix == fileName
        else { return nil }
        return LeaseEpoch(rawValue: number)
    }

    private static let suffix = ".journal"
}

extension JournalName: CustomStringConvertible {
    package var description: String { "journal \(epoch) of \(job)" }
}
