import ArgumentParser

/// Where a fork leaves its source's way, as `job` or `job:step`.
struct ForkPlace: Equatable, Sendable, ExpressibleByArgument {
    let job: String
    let step: String?

    /// Nil without a job, or with a colon and no step behind it.
    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let job = parts.first, !job.isEmpty, parts.count == 1 || !parts[1].isEmpty else { return nil }
        self.job = String(job)
        step = parts.count == 2 ? String(parts[1]) : nil
    }
}
