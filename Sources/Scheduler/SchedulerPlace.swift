package import Settings

/// The failpoints of a scheduler.
package typealias SchedulerFailpoints = Failpoints<SchedulerPlace>

/// The named places of a scheduler: between something that it has done and those who are to hear of it.
package enum SchedulerPlace: String, CaseIterable, Sendable {
    /// A run is kept that somebody submitted, who has no answer.
    case afterSubmission = "after-submission"
    /// A run is cancelled, and nobody knows.
    case afterCancellation = "after-cancellation"
    /// An event is kept, and brought to nobody.
    case afterEvent = "after-event"
    /// Events were brought to triggers and jobs, and nobody knows.
    case afterDispatch = "after-dispatch"

    // Runs that start by themselves.
    /// The run of a due time is written, and not committed.
    case beforeScheduleCommit = "before-schedule-commit"
    /// It is committed, and no worker knows.
    case afterScheduleCommit = "after-schedule-commit"
    case beforeTriggerCommit = "before-trigger-commit"
    case afterTriggerCommit = "after-trigger-commit"
    case beforeBackfillCommit = "before-backfill-commit"
    case afterBackfillCommit = "after-backfill-commit"

    // Repair.
    /// Sessions are ended, and their jobs have not been taken back.
    case afterSessionEnd = "after-session-end"
    /// Their jobs are pending again, and nobody knows.
    case afterRescue = "after-rescue"
    /// Approvals have expired, and their jobs still wait.
    case afterExpiry = "after-expiry"
    /// What a watch asks for is done, and the watch is not settled.
    case afterWatch = "after-watch"
    /// Runs are deleted, and their journals are still there: another scheduler removes them.
    case afterPrune = "after-prune"
}
