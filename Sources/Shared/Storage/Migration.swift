/// One step of the schema; steps only go forward.
package struct Migration: Equatable, Sendable {
    /// Counted from 1 without gaps.
    package let number: Int
    package let name: String
    package let sql: String

    /// All migrations this program knows, in order.
    ///
    /// One that was shipped is never edited.
    package static let all: [Migration] = [
        migration(1, "begin", PackageResources.m0001_begin_sql),
        migration(2, "fair_queues", PackageResources.m0002_fair_queues_sql),
        migration(3, "prune_and_list", PackageResources.m0003_prune_and_list_sql),
        migration(4, "know_what_is_needed", PackageResources.m0004_know_what_is_needed_sql),
        migration(5, "forks", PackageResources.m0005_forks_sql),
        migration(6, "suspend_jobs", PackageResources.m0006_suspend_jobs_sql),
        migration(7, "connection_limits", PackageResources.m0007_connection_limits_sql),
        migration(8, "approvals", PackageResources.m0008_approvals_sql),
        migration(9, "money", PackageResources.m0009_money_sql),
        migration(10, "rules_of_needs", PackageResources.m0010_rules_of_needs_sql),
        migration(11, "events", PackageResources.m0011_events_sql),
        migration(12, "schedules", PackageResources.m0012_schedules_sql),
        migration(13, "maps", PackageResources.m0013_maps_sql),
        migration(14, "child_runs", PackageResources.m0014_child_runs_sql),
        migration(15, "gates", PackageResources.m0015_gates_sql),
        migration(16, "event_triggers", PackageResources.m0016_event_triggers_sql),
        migration(17, "arrivals", PackageResources.m0017_arrivals_sql),
        migration(18, "operate", PackageResources.m0018_operate_sql),
        migration(19, "batches", PackageResources.m0019_batches_sql),
        migration(20, "budgets_of_children", PackageResources.m0020_budgets_of_children_sql),
        migration(21, "number_calls", PackageResources.m0021_number_calls_sql),
        migration(22, "tell_of_ends", PackageResources.m0022_tell_of_ends_sql),
        migration(23, "budget_news", PackageResources.m0023_budget_news_sql),
        migration(24, "calls_in_sets", PackageResources.m0024_calls_in_sets_sql),
        migration(25, "pins", PackageResources.m0025_pins_sql),
        migration(26, "backfills_of_partitions", PackageResources.m0026_backfills_of_partitions_sql),
        migration(27, "settle_before_the_next_call", PackageResources.m0027_settle_before_the_next_call_sql),
        migration(28, "calls_of_many_jobs", PackageResources.m0028_calls_of_many_jobs_sql),
        migration(29, "served_calls", PackageResources.m0029_served_calls_sql),
        migration(30, "pruned_runs", PackageResources.m0030_pruned_runs_sql),
        migration(31, "budgets_of_unknown_calls", PackageResources.m0031_budgets_of_unknown_calls_sql),
        migration(32, "cuts_of_forks", PackageResources.m0032_cuts_of_forks_sql),
        migration(33, "settle_marked_jobs", PackageResources.m0033_settle_marked_jobs_sql),
        migration(34, "wait_for_room", PackageResources.m0034_wait_for_room_sql),
        migration(35, "count_what_begins", PackageResources.m0035_count_what_begins_sql),
        migration(36, "requesters_of_backfills", PackageResources.m0036_requesters_of_backfills_sql),
        migration(37, "times_of_arrivals", PackageResources.m0037_times_of_arrivals_sql),
        migration(38, "keep_what_is_needed", PackageResources.m0038_keep_what_is_needed_sql),
        migration(39, "abandoned_batches", PackageResources.m0039_abandoned_batches_sql),
        migration(40, "calls_of_children", PackageResources.m0040_calls_of_children_sql),
        migration(41, "ages_of_messages", PackageResources.m0041_ages_of_messages_sql),
    ]

    private static func migration(_ number: Int, _ name: String, _ sql: [UInt8]) -> Migration {
        Migration(number: number, name: name, sql: String(decoding: sql, as: UTF8.self))
    }

    /// The schema this program needs.
    package static var newest: Int { all.count }
}
