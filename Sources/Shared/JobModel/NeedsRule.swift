/// Whether a job runs, by how the jobs ended that it needs.
package enum NeedsRule: String, CaseIterable, Sendable {
    /// All of them have succeeded; the default.
    case allSucceeded = "all_succeeded"
    /// All of them have ended, however.
    case allDone = "all_done"
    /// All of them have failed.
    case allFailed = "all_failed"
    /// One of them has succeeded; it does not wait for the others.
    case anySucceeded = "any_succeeded"
    /// One of them has failed; it does not wait for the others.
    case anyFailed = "any_failed"
    /// One of them has ended, however; it does not wait for the others.
    case anyDone = "any_done"
    /// All of them have ended, and none has failed.
    case noneFailed = "none_failed"
    /// All of them have ended, none has failed, and one has succeeded.
    case noneFailedAnySucceeded = "none_failed_any_succeeded"
    /// All of them have ended, and none was skipped.
    case noneSkipped = "none_skipped"
    /// All of them have ended, however; and a cancellation of the run does not keep it from running.
    case always

    /// How the jobs ended that a job needs.
    package struct Counts: Equatable, Sendable {
        /// How many have not ended.
        package var missing: Int
        package var succeeded: Int
        /// How many failed, were cancelled, or were skipped because of a failure.
        package var failed: Int
        /// How many were skipped for another reason.
        package var skipped: Int

        package init(missing: Int, succeeded: Int = 0, failed: Int = 0, skipped: Int = 0) {
            self.missing = missing
            self.succeeded = succeeded
            self.failed = failed
            self.skipped = skipped
        }
    }

    /// What becomes of a job that waits for others.
    package enum Verdict: Equatable, Sendable {
        case wait, run, skip
    }

    /// Returns what becomes of a job; the function `chassis.verdict` of the database says the same.
    ///
    /// What comes of it in the end does not depend on the order in which the needed jobs end: before all of them have, a
    /// job is skipped for a failure alone.
    package func verdict(_ counts: Counts) -> Verdict {
        let allEnded = counts.missing == 0
        switch self {
        case .allSucceeded:
            return counts.failed > 0 ? .skip : allEnded ? (counts.skipped > 0 ? .skip : .run) : .wait
        case .allDone, .always:
            return allEnded ? .run : .wait
        case .allFailed:
            return allEnded ? (counts.succeeded + counts.skipped > 0 ? .skip : .run) : .wait
        case .anySucceeded:
            return counts.succeeded > 0 ? .run : allEnded ? .skip : .wait
        case .anyFailed:
            return counts.failed > 0 ? .run : allEnded ? .skip : .wait
        case .anyDone:
            return counts.succeeded + counts.failed + counts.skipped > 0 || allEnded ? .run : .wait
        case .noneFailed:
            return counts.failed > 0 ? .skip : allEnded ? .run : .wait
        case .noneFailedAnySucceeded:
            guard counts.failed == 0 else { return .skip }
            return allEnded ? (counts.succeeded > 0 ? .run : .skip) : .wait
        case .noneSkipped:
            return allEnded ? (counts.skipped > 0 ? .skip : .run) : .wait
        }
    }
}
