import Schedules
import Testing
import Workflow

@testable import Scheduler

/// Due every ten seconds; the time is 1,000 unless a row says otherwise.
@Suite struct ScheduleDecisionTests {
    struct Row: Sendable {
        let keys: String
        var due = 1_000
        var now = 1_000
        var isActive = false
        var isQueued = false
        let decision: ScheduleDecision
    }

    static let rows: [Row] = [
        Row(keys: "", decision: .start(due: 1_000, next: 1_010)),
        // What was missed
        Row(keys: "catchup: latest", now: 1_095, decision: .start(due: 1_090, next: 1_100)),
        Row(keys: "catchup: all", now: 1_095, decision: .start(due: 1_000, next: 1_010)),
        // What is not more than a minute late is not missed.
        Row(keys: "catchup: none", now: 1_095, decision: .start(due: 1_040, next: 1_050)),
        Row(keys: "catchup: none", due: 1_040, now: 1_100, decision: .start(due: 1_040, next: 1_050)),
        Row(keys: "catchup: none", now: 1_060, decision: .start(due: 1_000, next: 1_010)),
        Row(keys: "catchup: none, jitter: 1m", now: 1_155, decision: .start(due: 1_040, next: 1_050)),
        Row(keys: "catchup: none, end: 1970-01-01T00:16:45", now: 1_095, decision: .pass(next: nil)),
        Row(keys: "catchup: none, end: 1970-01-01T00:16:45", now: 1_060, decision: .start(due: 1_000, next: nil)),
        // A later due time does not count before its jitter is over.
        Row(keys: "jitter: 1m", now: 1_055, decision: .start(due: 1_000, next: 1_010)),
        // An earlier run is under way.
        Row(keys: "", isActive: true, decision: .start(due: 1_000, next: 1_010)),
        Row(keys: "overlap: skip", isActive: true, decision: .skip(due: 1_000, next: 1_010)),
        Row(keys: "overlap: queue-one", isActive: true, decision: .wait(due: 1_000, cancels: false)),
        Row(keys: "overlap: queue-all", isActive: true, decision: .wait(due: 1_000, cancels: false)),
        Row(keys: "overlap: cancel-running", isActive: true, decision: .wait(due: 1_000, cancels: true)),
        // It has ended.
        Row(keys: "overlap: queue-one", now: 1_095, isQueued: true, decision: .start(due: 1_000, next: 1_100)),
        Row(
            keys: "overlap: queue-all",
            now: 1_095,
            isQueued: true,
            decision: .start(due: 1_000, next: 1_010, nextIsQueued: true)
        ),
        // The line has come to its end.
        Row(keys: "overlap: queue-all", now: 1_009, isQueued: true, decision: .start(due: 1_000, next: 1_010)),
        Row(keys: "overlap: cancel-running", now: 1_095, isQueued: true, decision: .start(due: 1_090, next: 1_100)),
        Row(
            keys: "overlap: queue-all, catchup: none",
            now: 9_000,
            isActive: true,
            isQueued: true,
            decision: .wait(due: 1_000, cancels: false)
        ),
        // The clock was set back.
        Row(keys: "", now: 900, decision: .start(due: 1_000, next: 1_010)),
    ]

    @Test(arguments: rows) func followsThePolicies(_ row: Row) throws {
        let source =
            "name: w\ntriggers: [{every: 10s\(row.keys.isEmpty ? "" : ", " + row.keys)}]\njobs: {a: {command: [x]}}\n"
        let schedule = try WorkflowFile.parse(Array(source.utf8), name: "w").schedules[0]
        let decision = ScheduleDecision(
            schedule,
            try schedule.rule(),
            due: row.due,
            now: row.now,
            isActive: row.isActive,
            isQueued: row.isQueued
        )
        #expect(decision == row.decision)
    }
}
