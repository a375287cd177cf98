/// What a model leaves out that the statements, the store or the worker do, to show that the simulation sees it.
package enum Weakness: String, CaseIterable, Sendable {
    // The queue
    /// `claim_jobs` claims for sessions that have ended, and nobody takes it back.
    case claimsTwice
    /// `end_jobs` does not ask for the epoch.
    case endsUnderAnyEpoch
    /// `rescue_jobs` also takes jobs of sessions that live.
    case rescuesTheLiving
    /// `rescue_jobs` looks once at each session, when it has just ended.
    case rescuesOnce
    /// `find_stray_leases` finds none.
    case findsNoStrays
    /// `look_for_repairs` counts locks that are free since the server was restarted.
    case countsLocksOfEarlierLives
    /// `suspend_job` does not look for a resumption that came while the job ran.
    case forgetsResumptions
    /// `suspend_job` and `resume_jobs` do not lock the run.
    case resumesWithoutLock
    /// `cancel_run` does not settle what the jobs left open.
    case cancelLeavesIntents

    // Steps
    /// Nothing is written before a call.
    case writesNoIntents
    /// `intend_step` and `intend_call` do not ask for the lease.
    case intendsWithoutLease
    /// A worker looks at its lease before it writes the intent, and not again before the call.
    case sendsLate
    /// `settle_step` does not ask for the lease.
    case settlesWithoutLease
    /// An intent or a settlement of an earlier call of a step, which comes late, counts for the present one.
    case mixesCallsUp
    /// A later attempt's record settles the intent of an earlier one.
    case settlesByAnyRecord
    /// An open intent is not looked at by the next attempt.
    case forgetsIntents
    /// `doubt_step` does not ask for the lease.
    case doubtsWithoutLease
    /// A step with effect once is run again when its outcome is unknown.
    case repeatsOnce
    /// An attempt draws no line under what it inherits.
    case drawsNoMark
    /// The intent is settled before the record is durable.
    case settlesBeforeRecord

    // Money
    /// What is reserved by others is not looked at.
    case ignoresReservations
    /// Room in a budget is looked for without a lock on it.
    case reservesWithoutLock
    /// A call whose outcome is unknown gives its reservation back.
    case forgivesUnknown
    /// `set_budget` does not resume those who wait.
    case forgetsBudgetWaiters
}
