import Postgres

/// The statements about what people do to runs, and what is watched for them.
extension Statement {
    static let beginAfresh = load("begin_afresh", PackageResources.begin_afresh_sql)
    static let readFreshStart = load("read_fresh_start", PackageResources.read_fresh_start_sql)
    static let forgetItems = load("forget_items", PackageResources.forget_items_sql)
    static let findJob = load("find_job", PackageResources.find_job_sql)
    static let fenceJob = load("fence_job", PackageResources.fence_job_sql)
    static let closeJob = load("close_job", PackageResources.close_job_sql)
    static let markEndedJob = load("mark_ended_job", PackageResources.mark_ended_job_sql)
    static let lockEndedRun = load("lock_ended_run", PackageResources.lock_ended_run_sql)
    static let keepRunsAbove = load("keep_runs_above", PackageResources.keep_runs_above_sql)
    static let listHalfCancelledRuns = load("list_half_cancelled_runs", PackageResources.list_half_cancelled_runs_sql)
    static let lockCancelledRun = load("lock_cancelled_run", PackageResources.lock_cancelled_run_sql)
    static let prioritizeHeld = load("prioritize_held", PackageResources.prioritize_held_sql)
    static let prioritizeWaiting = load("prioritize_waiting", PackageResources.prioritize_waiting_sql)
    static let prioritizePending = load("prioritize_pending", PackageResources.prioritize_pending_sql)
    static let selectLiveRuns = load("select_live_runs", PackageResources.select_live_runs_sql)
    static let selectEndedRuns = load("select_ended_runs", PackageResources.select_ended_runs_sql)
    static let addWatches = load("add_watches", PackageResources.add_watches_sql)
    static let renewWatches = load("renew_watches", PackageResources.renew_watches_sql)
    static let judgeWatches = load("judge_watches", PackageResources.judge_watches_sql)
    static let confirmWatch = load("confirm_watch", PackageResources.confirm_watch_sql)
    static let settleWatch = load("settle_watch", PackageResources.settle_watch_sql)
    static let failLateRun = load("fail_late_run", PackageResources.fail_late_run_sql)
    static let listDeadlines = load("list_deadlines", PackageResources.list_deadlines_sql)
}
