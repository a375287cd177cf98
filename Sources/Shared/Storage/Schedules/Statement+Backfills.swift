import Postgres

/// The statements about backfills.
extension Statement {
    static let addBackfill = load("add_backfill", PackageResources.add_backfill_sql)
    static let findStartedDueTimes = load("find_started_due_times", PackageResources.find_started_due_times_sql)
    static let findStartedPartitions = load("find_started_partitions", PackageResources.find_started_partitions_sql)
    static let takeBackfill = load("take_backfill", PackageResources.take_backfill_sql)
    static let settleBackfill = load("settle_backfill", PackageResources.settle_backfill_sql)
    static let nextBackfillItems = load("next_backfill_items", PackageResources.next_backfill_items_sql)
    static let startBackfillItem = load("start_backfill_item", PackageResources.start_backfill_item_sql)
    static let noteBackfillError = load("note_backfill_error", PackageResources.note_backfill_error_sql)
    static let endBackfill = load("end_backfill", PackageResources.end_backfill_sql)
    static let settleBackfills = load("settle_backfills", PackageResources.settle_backfills_sql)
    static let lockBackfill = load("lock_backfill", PackageResources.lock_backfill_sql)
    static let findBackfillRuns = load("find_backfill_runs", PackageResources.find_backfill_runs_sql)
    static let listBackfills = load("list_backfills", PackageResources.list_backfills_sql)
    static let listBackfillItems = load("list_backfill_items", PackageResources.list_backfill_items_sql)
    static let pauseBackfill = load("pause_backfill", PackageResources.pause_backfill_sql)
    static let cancelBackfill = load("cancel_backfill", PackageResources.cancel_backfill_sql)
    static let pruneBackfills = load("prune_backfills", PackageResources.prune_backfills_sql)
    static let retryBackfill = load("retry_backfill", PackageResources.retry_backfill_sql)
}
