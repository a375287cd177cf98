import Postgres

/// The statements about schedules and deployments.
extension Statement {
    static let takeSchedule = load("take_schedule", PackageResources.take_schedule_sql)
    static let readScheduleRuns = load("read_schedule_runs", PackageResources.read_schedule_runs_sql)
    static let nextSchedule = load("next_schedule", PackageResources.next_schedule_sql)
    static let addDueTime = load("add_due_time", PackageResources.add_due_time_sql)
    static let moveSchedule = load("move_schedule", PackageResources.move_schedule_sql)
    static let blockSchedule = load("block_schedule", PackageResources.block_schedule_sql)
    static let unblockSchedules = load("unblock_schedules", PackageResources.unblock_schedules_sql)
    static let postponeSchedule = load("postpone_schedule", PackageResources.postpone_schedule_sql)
    static let lockSchedule = load("lock_schedule", PackageResources.lock_schedule_sql)
    static let pauseSchedule = load("pause_schedule", PackageResources.pause_schedule_sql)
    static let resumeSchedule = load("resume_schedule", PackageResources.resume_schedule_sql)
    static let noteTriggeredRun = load("note_triggered_run", PackageResources.note_triggered_run_sql)
    static let listSchedules = load("list_schedules", PackageResources.list_schedules_sql)
    static let pruneDueTimes = load("prune_due_times", PackageResources.prune_due_times_sql)
    static let readDeployed = load("read_deployed", PackageResources.read_deployed_sql)
    static let listDeployed = load("list_deployed", PackageResources.list_deployed_sql)
    static let deployVersion = load("deploy_version", PackageResources.deploy_version_sql)
    static let putSchedule = load("put_schedule", PackageResources.put_schedule_sql)
    static let lockWorkflow = load("lock_workflow", PackageResources.lock_workflow_sql)
    static let pinWorkflow = load("pin_workflow", PackageResources.pin_workflow_sql)
    static let listVersions = load("list_versions", PackageResources.list_versions_sql)
    static let pruneSchedules = load("prune_schedules", PackageResources.prune_schedules_sql)
    static let pruneVersions = load("prune_versions", PackageResources.prune_versions_sql)
    static let retireWorkflows = load("retire_workflows", PackageResources.retire_workflows_sql)
}
