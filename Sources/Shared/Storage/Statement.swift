import Postgres

/// Every SQL statement of the program, by name.
///
/// The texts lie in `SQL/Queries`, one a file.
package enum Statement {
    /// The statement in an embedded file, prepared under the file's name.
    static func load(_ name: String, _ bytes: [UInt8]) -> PostgresStatement {
        PostgresStatement(name: name, sql: String(decoding: bytes, as: UTF8.self))
    }

    // The queue
    static let claimJobs = load("claim_jobs", PackageResources.claim_jobs_sql)
    static let lockLiveRuns = load("lock_live_runs", PackageResources.lock_live_runs_sql)
    static let endJobs = load("end_jobs", PackageResources.end_jobs_sql)
    static let spreadEndings = load("spread_endings", PackageResources.spread_endings_sql)
    static let endItems = load("end_items", PackageResources.end_items_sql)
    static let followItems = load("follow_items", PackageResources.follow_items_sql)
    static let beginMap = load("begin_map", PackageResources.begin_map_sql)
    static let readMap = load("read_map", PackageResources.read_map_sql)
    static let lockMappedJob = load("lock_mapped_job", PackageResources.lock_mapped_job_sql)
    static let addItems = load("add_items", PackageResources.add_items_sql)
    static let stopItems = load("stop_items", PackageResources.stop_items_sql)
    static let readItems = load("read_items", PackageResources.read_items_sql)
    static let reviveMaps = load("revive_maps", PackageResources.revive_maps_sql)
    static let judgeRun = load("judge_run", PackageResources.judge_run_sql)
    static let readyDependents = load("ready_dependents", PackageResources.ready_dependents_sql)
    static let endRuns = load("end_runs", PackageResources.end_runs_sql)
    static let findStrayLeases = load("find_stray_leases", PackageResources.find_stray_leases_sql)
    static let releaseJobs = load("release_jobs", PackageResources.release_jobs_sql)
    static let delayJob = load("delay_job", PackageResources.delay_job_sql)
    static let readyDueJobs = load("ready_due_jobs", PackageResources.ready_due_jobs_sql)
    static let nextDue = load("next_due", PackageResources.next_due_sql)
    static let suspendJob = load("suspend_job", PackageResources.suspend_job_sql)
    static let wakeSuspendedJob = load("wake_suspended_job", PackageResources.wake_suspended_job_sql)
    static let lockRunsOfJobs = load("lock_runs_of_jobs", PackageResources.lock_runs_of_jobs_sql)
    static let resumeJobs = load("resume_jobs", PackageResources.resume_jobs_sql)
    static let readClock = load("read_clock", PackageResources.read_clock_sql)

    // Sessions
    static let beginSession = load("begin_session", PackageResources.begin_session_sql)
    static let findCancelledJobs = load("find_cancelled_jobs", PackageResources.find_cancelled_jobs_sql)
    static let renewSession = load("renew_session", PackageResources.renew_session_sql)
    static let lockSession = load("lock_session", PackageResources.lock_session_sql)
    static let drainSession = load("drain_session", PackageResources.drain_session_sql)
    static let finishSession = load("finish_session", PackageResources.finish_session_sql)
    static let beginIncarnation = load("begin_incarnation", PackageResources.begin_incarnation_sql)
    static let readIncarnation = load("read_incarnation", PackageResources.read_incarnation_sql)
    static let lookForRepairs = load("look_for_repairs", PackageResources.look_for_repairs_sql)
    static let rescueJobs = load("rescue_jobs", PackageResources.rescue_jobs_sql)
    static let countLostJobs = load("count_lost_jobs", PackageResources.count_lost_jobs_sql)

    // Runs
    static let addWorkflow = load("add_workflow", PackageResources.add_workflow_sql)
    static let addWorkflowVersion = load("add_workflow_version", PackageResources.add_workflow_version_sql)
    static let noteNamedVersions = load("note_named_versions", PackageResources.note_named_versions_sql)
    static let readWorkflowVersion = load("read_workflow_version", PackageResources.read_workflow_version_sql)
    static let submitRun = load("submit_run", PackageResources.submit_run_sql)
    static let submitLoneJob = load("submit_lone_job", PackageResources.submit_lone_job_sql)
    static let findRunByKey = load("find_run_by_key", PackageResources.find_run_by_key_sql)
    static let cancelRun = load("cancel_run", PackageResources.cancel_run_sql)
    static let countCancelledJobs = load("count_cancelled_jobs", PackageResources.count_cancelled_jobs_sql)
    static let addFork = load("add_fork", PackageResources.add_fork_sql)
    static let readFork = load("read_fork", PackageResources.read_fork_sql)
    static let readOrigin = load("read_origin", PackageResources.read_origin_sql)
    static let retryRun = load("retry_run", PackageResources.retry_run_sql)
    static let dismissUnknownSteps = load("dismiss_unknown_steps", PackageResources.dismiss_unknown_steps_sql)
    static let readJobPlace = load("read_job_place", PackageResources.read_job_place_sql)
    static let readOutputs = load("read_outputs", PackageResources.read_outputs_sql)

    // Events
    static let addEvent = load("add_event", PackageResources.add_event_sql)
    static let findEventByKey = load("find_event_by_key", PackageResources.find_event_by_key_sql)
    static let listEvents = load("list_events", PackageResources.list_events_sql)
    static let dispatchEvents = load("dispatch_events", PackageResources.dispatch_events_sql)
    static let awaitEvent = load("await_event", PackageResources.await_event_sql)
    static let lookForEvents = load("look_for_events", PackageResources.look_for_events_sql)
    static let noteSeenEvents = load("note_seen_events", PackageResources.note_seen_events_sql)
    static let endEventWait = load("end_event_wait", PackageResources.end_event_wait_sql)
    static let pruneEvents = load("prune_events", PackageResources.prune_events_sql)

    // Child runs
    static let adoptRun = load("adopt_run", PackageResources.adopt_run_sql)
    static let mayHaveChild = load("may_have_child", PackageResources.may_have_child_sql)
    static let readAncestors = load("read_ancestors", PackageResources.read_ancestors_sql)
    static let findWorkflow = load("find_workflow", PackageResources.find_workflow_sql)
    static let findFirstFailure = load("find_first_failure", PackageResources.find_first_failure_sql)
    static let findChild = load("find_child", PackageResources.find_child_sql)
    static let listLiveChildren = load("list_live_children", PackageResources.list_live_children_sql)
    static let listLiveDescendants = load("list_live_descendants", PackageResources.list_live_descendants_sql)

    // Steps and logs
    static let readJobCost = load("read_job_cost", PackageResources.read_job_cost_sql)
    static let intendStep = load("intend_step", PackageResources.intend_step_sql)
    static let intendCalls = load("intend_calls", PackageResources.intend_calls_sql)
    static let intendUnbudgetedCall = load("intend_unbudgeted_call", PackageResources.intend_unbudgeted_call_sql)
    static let intendUnbudgetedCalls = load("intend_unbudgeted_calls", PackageResources.intend_unbudgeted_calls_sql)
    static let settleUnbudgetedCalls = load("settle_unbudgeted_calls", PackageResources.settle_unbudgeted_calls_sql)
    static let settleSteps = load("settle_steps", PackageResources.settle_steps_sql)
    static let settleEarlierStep = load("settle_earlier_step", PackageResources.settle_earlier_step_sql)
    static let awaitCost = load("await_cost", PackageResources.await_cost_sql)
    static let readAwaitedCalls = load("read_awaited_calls", PackageResources.read_awaited_calls_sql)
    static let settleAwaitedCall = load("settle_awaited_call", PackageResources.settle_awaited_call_sql)
    static let settleOpenSteps = load("settle_open_steps", PackageResources.settle_open_steps_sql)
    static let addSteps = load("add_steps", PackageResources.add_steps_sql)
    static let doubtStep = load("doubt_step", PackageResources.doubt_step_sql)
    static let readOpenSteps = load("read_open_steps", PackageResources.read_open_steps_sql)
    static let noteReplay = load("note_replay", PackageResources.note_replay_sql)
    static let readServed = load("read_served", PackageResources.read_served_sql)
    static let lockCalls = load("lock_calls", PackageResources.lock_calls_sql)
    static let probeCalls = load("probe_calls", PackageResources.probe_calls_sql)
    static let unlockCalls = load("unlock_calls", PackageResources.unlock_calls_sql)
    static let addLogLines = load("add_log_lines", PackageResources.add_log_lines_sql)

    // Connections
    static let lockConnection = load("lock_connection", PackageResources.lock_connection_sql)
    static let enterConnection = load("enter_connection", PackageResources.enter_connection_sql)
    static let leaveConnection = load("leave_connection", PackageResources.leave_connection_sql)
    static let holdConnection = load("hold_connection", PackageResources.hold_connection_sql)
    static let readConnectionHold = load("read_connection_hold", PackageResources.read_connection_hold_sql)

    // Money
    static let shareBudgets = load("share_budgets", PackageResources.share_budgets_sql)
    static let lockBudgets = load("lock_budgets", PackageResources.lock_budgets_sql)
    static let lockUnknownSteps = load("lock_unknown_steps", PackageResources.lock_unknown_steps_sql)
    static let countRetriedRun = load("count_retried_run", PackageResources.count_retried_run_sql)
    static let readLedgerEnd = load("read_ledger_end", PackageResources.read_ledger_end_sql)
    static let foundBudgets = load("found_budgets", PackageResources.found_budgets_sql)
    static let setBudget = load("set_budget", PackageResources.set_budget_sql)
    static let removeBudget = load("remove_budget", PackageResources.remove_budget_sql)
    static let noteBudgetNews = load("note_budget_news", PackageResources.note_budget_news_sql)
    static let readBudgetNews = load("read_budget_news", PackageResources.read_budget_news_sql)
    static let forgetBudgetNews = load("forget_budget_news", PackageResources.forget_budget_news_sql)
    static let listBudgets = load("list_budgets", PackageResources.list_budgets_sql)
    static let totalCosts = load("total_costs", PackageResources.total_costs_sql)
    static let readPrices = load("read_prices", PackageResources.read_prices_sql)
    static let listPrices = load("list_prices", PackageResources.list_prices_sql)
    static let setPrice = load("set_price", PackageResources.set_price_sql)
    static let removePrice = load("remove_price", PackageResources.remove_price_sql)

    // Retention
    static let lockOldRuns = load("lock_old_runs", PackageResources.lock_old_runs_sql)
    static let pruneRuns = load("prune_runs", PackageResources.prune_runs_sql)
    static let takePrunedRuns = load("take_pruned_runs", PackageResources.take_pruned_runs_sql)
    static let forgetPrunedRuns = load("forget_pruned_runs", PackageResources.forget_pruned_runs_sql)
    static let pruneSessions = load("prune_sessions", PackageResources.prune_sessions_sql)

    // The schema
    static let beginMigrations = load("begin_migrations", PackageResources.begin_migrations_sql)
    static let readMigrations = load("read_migrations", PackageResources.read_migrations_sql)
    static let addMigration = load("add_migration", PackageResources.add_migration_sql)
    static let checkRights = load("check_rights", PackageResources.check_rights_sql)
    static let checkServer = load("check_server", PackageResources.check_server_sql)
}
