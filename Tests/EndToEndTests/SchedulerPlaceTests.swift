import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A scheduler is killed at each of its named places, one after the other; who comes next has what it left.
@Suite struct SchedulerPlaceTests {
    private static let places = [
        "after-submission", "after-cancellation", "after-event", "after-dispatch", "before-schedule-commit",
        "after-schedule-commit", "before-trigger-commit", "after-trigger-commit", "before-backfill-commit",
        "after-backfill-commit", "after-session-end", "after-rescue", "after-expiry", "after-watch", "after-prune",
    ]

    /// Each second has a run, each event one, and so has each hour that is filled afterwards.
    private static let starting = """
        name: starting
        params: {at: {}}
        triggers:
          - {name: clock, every: 1s, catchup: all, params: {at: "${{ trigger.due_at }}"}}
          - {name: news, event: news, params: {at: "${{ trigger.event.key }}"}}
        jobs: {a: {command: [echo, "${{ params.at }}"]}}
        """
    private static let past = """
        name: past
        params: {at: {}}
        triggers: [{name: hours, every: 1h, start: 2020-01-01, end: 2020-01-31, params: {at: "${{ trigger.due_at }}"}}]
        jobs: {a: {command: [echo, "${{ params.at }}"]}}
        """
    /// Nobody approves in time, and a job takes too long.
    private static let late = """
        name: late
        jobs:
          ok: {approval: {message: Really, within: 1s, denied: output}}
          slow: {wait: {for: 1h}, deadline: {within: 100ms, otherwise: fail}, may_fail: true}
          end: {needs: [ok, slow], runs: all_done, command: [echo, "${{ jobs.ok.output.approved }} ${{ jobs.slow.state }}"]}
        """
    private static let long = "name: long\njobs: {slow: {wait: {for: 1h}}}\n"

    @Test(.timeLimit(.minutes(10))) func nothingIsLostOrDoneTwiceWhereverItDies() async throws {
        let fleet = try await Fleet.make()
        let folder = fleet.directory + "/workflows"
        #expect(mkdir(folder, 0o755) == 0)
        for (name, text) in ["starting": Self.starting, "past": Self.past] {
            Fleet.write(text, to: "\(folder)/\(name).yaml")
        }
        for (name, text) in ["late": Self.late, "long": Self.long] {
            Fleet.write(text, to: "\(fleet.directory)/\(name).yaml")
        }
        let first = await fleet.scheduler()
        let said = await fleet.chassis(["deploy", folder], at: first)
        #expect(said.contains("new       past"), "\(said)")
        _ = await fleet.chassis(
            ["run", fleet.directory + "/long.yaml", "--idempotency-key", "long"],
            at: first
        )
        await first.killAndWait()
        let long = try await fleet.pool.query("SELECT run_id FROM chassis.run WHERE idempotency_key = 'long'").rows[0]
            .int64("run_id")
        var worker = fleet.worker("first", arguments: ["--slots", "4", "--poison-limit", "100"])
        for place in Self.places {
            if place == "after-session-end" || place == "after-rescue" {
                // Nobody else rescues.
                await worker.killAndWait()
                worker = fleet.worker("killed \(place)", failpoint: "before-end")
                _ = try await fleet.submit(
                    place,
                    "name: x\njobs: {a: {command: [echo, a]}}\n",
                    [.init(name: "a", kind: "command")]
                )
                #expect(await worker.ended() == .signalled(SIGKILL), "\(place): \(worker.output)")
            }
            if place == "after-prune" { try await age(fleet) }
            let victim = await fleet.scheduler(failpoint: place)
            await tell(place, victim, long, fleet)
            if place == "after-expiry" {
                // A worker would look by itself whether somebody has decided.
                _ = try await fleet.wait(
                    for: RunID(rawValue: 0),
                    until: "SELECT FROM chassis.approval WHERE state = 'open' AND $1::bigint = 0"
                )
                await worker.killAndWait()
            }
            #expect(await victim.ended() == .signalled(SIGKILL), "\(place): \(victim.output)")
            if worker.hasEnded {
                worker = fleet.worker("next \(place)", arguments: ["--slots", "4", "--poison-limit", "100"])
            }
        }
        let last = await fleet.scheduler()
        // What was kept when its scheduler died is there without anybody asking for it again.
        _ = try await fleet.wait(
            for: RunID(rawValue: 0),
            until: """
                SELECT WHERE $1::bigint = 0
                AND EXISTS (SELECT FROM chassis.run WHERE idempotency_key = 'after-submission')
                AND EXISTS (SELECT FROM chassis.ended_run JOIN chassis.run USING (run_id)
                            WHERE idempotency_key = 'long' AND state = 'cancelled')
                AND EXISTS (SELECT FROM chassis.ended_run JOIN chassis.run USING (run_id)
                            WHERE params->>'at' = 'after-event' AND state = 'succeeded')
                AND EXISTS (SELECT FROM chassis.backfill WHERE ended_at IS NOT NULL)
                """
        )
        for place in Self.places { await tell(place, last, long, fleet) }
        _ = try await fleet.wait(
            for: RunID(rawValue: 0),
            until: "SELECT WHERE $1::bigint = 0 AND (SELECT count(*) FROM chassis.backfill WHERE ended_at IS NULL) = 0"
        )
        _ = await fleet.chassis(["schedule", "pause", "starting/clock"], at: last)
        _ = try await fleet.wait(
            for: RunID(rawValue: 0),
            until:
                "SELECT WHERE $1::bigint = (SELECT count(*) FROM chassis.live_run) AND NOT EXISTS (SELECT FROM chassis.news WHERE state <> 'started')"
        )
        try await check(fleet)
        for process in [last, worker] { await process.killAndWait() }
        await fleet.close()
    }

    /// Has the first run of the clock be past its retention.
    private func age(_ fleet: Fleet) async throws {
        _ = try await fleet.wait(
            for: RunID(rawValue: 1),
            until: """
                UPDATE chassis.ended_run SET ended_at = now() - interval '1 year'
                WHERE run_id = (SELECT min(run_id) FROM chassis.due_time) RETURNING $1::bigint
                """
        )
    }

    /// Has a scheduler do what leads to a place; told again, it changes nothing.
    private func tell(_ place: String, _ scheduler: ChildProcess, _ long: Int64, _ fleet: Fleet) async {
        switch place {
        case "after-submission", "after-expiry", "after-watch":
            _ = await fleet.chassis(
                ["run", fleet.directory + "/late.yaml", "--idempotency-key", place],
                at: scheduler
            )
        case "after-cancellation":
            _ = await fleet.chassis(["cancel", "\(long)"], at: scheduler)
        case "after-event", "after-dispatch", "before-trigger-commit", "after-trigger-commit":
            _ = await fleet.chassis(
                ["event", "send", "news", "--key", place, "--idempotency-key", place],
                at: scheduler
            )
        case "before-backfill-commit":
            _ = await fleet.chassis(
                ["backfill", "past/hours", "--from", "2020-01-01", "--to", "2020-01-01"],
                at: scheduler
            )
        case "after-backfill-commit":
            _ = await fleet.chassis(
                ["backfill", "past/hours", "--from", "2020-01-02", "--to", "2020-01-02"],
                at: scheduler
            )
        default: break
        }
    }

    private func check(_ fleet: Fleet) async throws {
        let row = try await fleet.pool.query(
            """
            WITH started AS (
                SELECT workflow.name, params->>'at' AS at, state FROM chassis.run JOIN chassis.workflow_version USING (version_id)
                JOIN chassis.workflow USING (workflow_id) JOIN chassis.ended_run USING (run_id)
            ), due AS (
                SELECT min(due_at) AS first, max(due_at) AS last, count(*) AS times, count(run_id) AS noted
                FROM chassis.due_time JOIN chassis.schedule USING (schedule_id) WHERE schedule.name = 'clock'
            )
            SELECT times, noted, extract(epoch FROM last - first)::bigint + 1 AS seconds,
                   (SELECT count(*) FROM chassis.news WHERE state = 'started') AS taken,
                   (SELECT count(*) FROM started WHERE name = 'starting') AS begun,
                   (SELECT count(DISTINCT at) FROM started WHERE name = 'starting') AS different,
                   (SELECT count(*) FROM started WHERE name = 'past') AS filled,
                   (SELECT count(DISTINCT at) FROM started WHERE name = 'past') AS hours,
                   (SELECT count(*) FROM started WHERE name = 'late') AS late,
                   (SELECT count(*) FROM chassis.done WHERE output #>> '{}' = E'false failed\\n') AS denied,
                   (SELECT count(*) FROM started WHERE state <> 'succeeded') AS cancelled,
                   (SELECT count(*) FROM started WHERE name LIKE 'after-%') AS rescued,
                   (SELECT count(*) FROM chassis.ended_run WHERE ended_at < now() - interval '90 days') AS old
            FROM due
            """
        ).rows[0]
        let seconds = try row.int("seconds")
        #expect(try row.int("times") == seconds && row.int("noted") == seconds)
        #expect(try row.int("taken") == 4)
        // One run is past its retention, and gone.
        #expect(try row.int("old") == 0)
        #expect(try row.int("begun") + 1 == seconds + 4 && row.int("different") + 1 == seconds + 4)
        #expect(try row.int("filled") == 48 && row.int("hours") == 48)
        #expect(try row.int("late") == 3 && row.int("denied") == 3)
        #expect(try row.int("cancelled") == 1 && row.int("rescued") == 2)
    }
}
