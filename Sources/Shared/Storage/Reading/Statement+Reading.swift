import Postgres

/// The statements of `RunReader` and `AccessTokenStore`.
extension Statement {
    // Runs
    static let listRuns = load("list_runs", PackageResources.list_runs_sql)
    static let listWorkflowRuns = load("list_workflow_runs", PackageResources.list_workflow_runs_sql)
    static let listLiveRuns = load("list_live_runs", PackageResources.list_live_runs_sql)
    static let listEndedRuns = load("list_ended_runs", PackageResources.list_ended_runs_sql)
    static let listEndedWorkflowRuns = load(
        "list_ended_workflow_runs",
        PackageResources.list_ended_workflow_runs_sql
    )
    static let summarizeRuns = load("summarize_runs", PackageResources.summarize_runs_sql)
    static let totalRun = load("total_run", PackageResources.total_run_sql)
    static let showJobs = load("show_jobs", PackageResources.show_jobs_sql)
    static let showAttempts = load("show_attempts", PackageResources.show_attempts_sql)
    static let showSteps = load("show_steps", PackageResources.show_steps_sql)
    static let showOutputs = load("show_outputs", PackageResources.show_outputs_sql)
    static let findRun = load("find_run", PackageResources.find_run_sql)
    static let listLogLines = load("list_log_lines", PackageResources.list_log_lines_sql)

    // Workers and queues
    static let listWorkers = load("list_workers", PackageResources.list_workers_sql)
    static let listQueues = load("list_queues", PackageResources.list_queues_sql)

    // Access
    static let findAccessToken = load("find_access_token", PackageResources.find_access_token_sql)
    static let addAccessToken = load("add_access_token", PackageResources.add_access_token_sql)
    static let listAccessTokens = load("list_access_tokens", PackageResources.list_access_tokens_sql)
}
